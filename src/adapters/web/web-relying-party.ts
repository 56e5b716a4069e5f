import type { RouteBody } from '../../session-routes/body.js'
import type { RelyingParty } from '../../relying-party/relying-party.js'
import type { RelyingPartyRoute } from '../../relying-party/routes.js'
import { webAnswer, webBody } from './web-routes.js'

/**
 * The answer of a relying party to a Fetch request; undefined when the request is for none of its routes. `read` reads the
 * body, where a route needs it.
 *
 * @example const response = await webRelyingParty(relyingParty, request)
 */
export async function webRelyingParty(
  relyingParty: RelyingParty,
  request: Request,
  read: () => RouteBody | Promise<RouteBody> = () => webBody(request),
): Promise<Response | undefined> {
  const route = routeOf(relyingParty, request)
  if (route === undefined) return undefined
  const { method, url, headers } = request
  const body = async () => {
    const found = await read()
    return 'bytes' in found ? found.bytes : found.parsed
  }
  return webAnswer(await relyingParty.answer(route, { method, url, headers, body }), request)
}

function routeOf(relyingParty: RelyingParty, request: Request): RelyingPartyRoute | undefined {
  return relyingParty.find(request.method, new URL(request.url).pathname)
}

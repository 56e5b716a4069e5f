import type { IncomingMessage } from 'node:http'
import type { RelyingParty } from '../../relying-party/relying-party.js'
import type { SiteRequest } from '../../relying-party/site-request.js'
import type { Listener } from './listener.js'
import { nodeBody, sendAnswer } from './node-routes.js'

/**
 * A request of node:http, for a relying party: its body is read when a route needs it.
 *
 * @example relyingParty.answer(route, nodeSiteRequest(request, { target, parsed: request.body }))
 */
export function nodeSiteRequest(
  request: IncomingMessage,
  { target, parsed }: { readonly target: string; readonly parsed?: unknown },
): SiteRequest {
  const body = async () => {
    const read = await nodeBody(request, parsed)
    return 'bytes' in read ? read.bytes : read.parsed
  }
  return { method: request.method, url: target, headers: request.headers, body }
}

/**
 * Login, callback, refresh, logout and back-channel logout of a relying party before a node:http listener, which gets all
 * other requests.
 *
 * @example createServer(relyingPartyRoutes(relyingParty)(auth(gate)(listener)))
 */
export function relyingPartyRoutes(
  relyingParty: RelyingParty,
): (listener: Listener<IncomingMessage>) => Listener<IncomingMessage> {
  return (listener) => async (request, response) => {
    const target = request.url ?? ''
    const route = relyingParty.find(request.method, target.split('?')[0] ?? '')
    if (route === undefined) return listener(request, response)
    sendAnswer(response, await relyingParty.answer(route, nodeSiteRequest(request, { target })))
    return undefined
  }
}

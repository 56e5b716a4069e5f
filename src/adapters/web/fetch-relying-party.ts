import type { RelyingParty } from '../../relying-party/relying-party.js'
import type { FetchHandler } from './fetch-handler.js'
import { webRelyingParty } from './web-relying-party.js'

/**
 * Login, callback, refresh, logout and back-channel logout of a relying party before a Fetch handler, which gets all other
 * requests.
 *
 * @example Deno.serve(relyingPartyRoutes(relyingParty)(auth(gate)(handler)))
 */
export function relyingPartyRoutes<
  A extends readonly unknown[] = readonly unknown[],
  R extends Request = Request,
>(relyingParty: RelyingParty): (handler: FetchHandler<A, R>) => FetchHandler<A, R> {
  return (handler) =>
    async (request, ...rest) =>
      (await webRelyingParty(relyingParty, request)) ?? handler(request, ...rest)
}

import type { MiddlewareHandler } from 'hono'
import type { RelyingParty } from '../../relying-party/relying-party.js'
import { bodyOf } from './hono-routes.js'
import { webRelyingParty } from './web-relying-party.js'

/**
 * Login, callback, refresh, logout and back-channel logout of a relying party as Hono middleware, at the paths beside its
 * `redirectUri`. Other requests go on to what follows. Use it before `auth(gate)`.
 *
 * @example app.use(relyingPartyRoutes(relyingParty))
 */
export function relyingPartyRoutes(relyingParty: RelyingParty): MiddlewareHandler {
  return async (c, next) => {
    const response = await webRelyingParty(relyingParty, c.req.raw, () => bodyOf(c))
    if (response !== undefined) return response
    await next()
    return undefined
  }
}

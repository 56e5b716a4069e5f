import type { Middleware } from 'koa'
import type { RelyingParty } from '../../relying-party/relying-party.js'
import { answer } from './koa-answer.js'
import { nodeSiteRequest } from './node-relying-party.js'

/**
 * Login, callback, refresh, logout and back-channel logout of a relying party as Koa middleware, at the paths beside its
 * `redirectUri`. Other requests go on to what follows. Use it before `auth(gate)`.
 *
 * @example app.use(relyingPartyRoutes(relyingParty))
 */
export function relyingPartyRoutes(relyingParty: RelyingParty): Middleware {
  return async (ctx, next) => {
    const route = relyingParty.find(ctx.method, ctx.path)
    if (route === undefined) {
      await next()
      return
    }
    const { body: parsed } = ctx.request as { body?: unknown } // where parsers leave it
    const request = nodeSiteRequest(ctx.req, { target: ctx.url, parsed })
    const made = await relyingParty.answer(route, request)
    if (made.setCookie.length > 0) ctx.append('Set-Cookie', [...made.setCookie])
    answer(ctx, made)
  }
}

import type { RequestHandler } from 'express'
import type { RelyingParty } from '../../relying-party/relying-party.js'
import { targetOf } from './express-target.js'
import { nodeSiteRequest } from './node-relying-party.js'
import { sendAnswer } from './node-routes.js'

/**
 * Login, callback, refresh, logout and back-channel logout of a relying party as Express middleware, at the paths beside
 * its `redirectUri`. Other requests go on to what follows. Use it before `auth(gate)`, without a path.
 *
 * @example app.use(relyingPartyRoutes(relyingParty))
 */
export function relyingPartyRoutes(relyingParty: RelyingParty): RequestHandler {
  return (request, response, next) => {
    const target = targetOf(request)
    const route = relyingParty.find(request.method, target.split('?')[0] ?? '')
    if (route === undefined) {
      next()
      return
    }
    const parsed: unknown = request.body
    relyingParty.answer(route, nodeSiteRequest(request, { target, parsed })).then((answer) => {
      sendAnswer(response, answer)
    }, next)
  }
}

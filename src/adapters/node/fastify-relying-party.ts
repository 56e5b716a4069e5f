import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import type { RelyingParty } from '../../relying-party/relying-party.js'
import { guardsItself } from './fastify-path.js'
import { send } from './fastify-send.js'
import { nodeSiteRequest } from './node-relying-party.js'

/**
 * Login, callback, refresh, logout and back-channel logout of a relying party as a Fastify plugin, at the paths beside its
 * `redirectUri`: register it without a prefix. A gate on the instance around leaves them out.
 *
 * @example app.register(relyingPartyRoutes(relyingParty))
 */
export function relyingPartyRoutes(relyingParty: RelyingParty): FastifyPluginCallback {
  return (app, _options, registered) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, unread) => {
      unread(null)
    })
    for (const { name, method, path: url } of relyingParty.routes) {
      const handler = async ({ raw }: FastifyRequest, reply: FastifyReply) => {
        const request = nodeSiteRequest(raw, { target: raw.url ?? '' })
        const answer = await relyingParty.answer(name, request)
        for (const cookie of answer.setCookie) reply.header('set-cookie', cookie)
        return send(reply, answer)
      }
      app.route({ method, url, handler, exposeHeadRoute: false, config: { [guardsItself]: true } })
    }
    registered()
  }
}

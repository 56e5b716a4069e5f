import type { IncomingMessage, ServerResponse } from 'node:http'
import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { RelyingParty } from '../../relying-party/relying-party.js'
import { nodeSiteRequest } from '../node/node-relying-party.js'
import { sendAnswer } from '../node/node-routes.js'

/** Express' request as Nest passes it on. */
type Incoming = IncomingMessage & { originalUrl?: string; body?: unknown }

/**
 * Login, callback, refresh, logout and back-channel logout of a relying party as a Nest module, over platform-express, at
 * the paths beside its `redirectUri`; Nest's global prefix is not put before them, and its guards do not see them.
 *
 * @example @Module({ imports: [JotgateModule.forRoot({ gate }), relyingPartyRoutes(relyingParty)] })
 */
export function relyingPartyRoutes(relyingParty: RelyingParty): DynamicModule {
  class RelyingPartyModule implements OnModuleInit {
    readonly #host: HttpAdapterHost

    constructor(host: HttpAdapterHost) {
      this.#host = host
    }

    onModuleInit(): void {
      this.#host.httpAdapter.use(listenerOf(relyingParty))
    }
  }
  // Does the decorators' work, for programs that are compiled without them.
  Module({})(RelyingPartyModule)
  Inject(HttpAdapterHost)(RelyingPartyModule, undefined, 0)
  return { module: RelyingPartyModule }
}

function listenerOf(relyingParty: RelyingParty) {
  return (request: Incoming, response: ServerResponse, next: (error?: unknown) => void) => {
    const target = request.originalUrl ?? request.url ?? ''
    const route = relyingParty.find(request.method, target.split('?')[0] ?? '')
    if (route === undefined) {
      next()
      return
    }
    const asked = nodeSiteRequest(request, { target, parsed: request.body })
    relyingParty.answer(route, asked).then((answer) => {
      sendAnswer(response, answer)
    }, next)
  }
}

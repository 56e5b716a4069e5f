import { type IncomingMessage, type ServerResponse } from 'node:http'
import { type HttpAdapterHost } from '@nestjs/core'
import { type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'
import { httpCall } from './nest-call.js'
import { refuse, sendRefusal } from '../node/node-call.js'

/** Undefined in an application without HTTP. */
type SomeAdapter = Partial<Pick<HttpAdapterHost, 'httpAdapter'>>

/**
 * Nest runs guards for known routes only. This requires a token before Nest answers an unknown path with 404.
 *
 * @example guardUnknown(gate, httpAdapterHost)
 */
export function guardUnknown<C>(gate: Gate<C>, { httpAdapter: adapter }: SomeAdapter): void {
  if (adapter?.getType() !== 'express') return
  const original = adapter.setNotFoundHandler.bind(adapter)
  adapter.setNotFoundHandler = (...given) => {
    adapter.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
      const send = (refusal: Refusal) => {
        sendRefusal(response, refusal)
      }
      const refused = (error: unknown) => {
        refuse({ gate, error, response, send })
      }
      gate.check(httpCall(request, response)).then(() => {
        next()
      }, refused)
    })
    original(...given)
  }
}

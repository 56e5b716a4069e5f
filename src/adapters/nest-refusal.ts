import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import { throwError } from 'rxjs'
import { AuthError } from '../core/errors.js'
import { type Refusal } from '../middleware/respond.js'
import { type Gate } from '../middleware/server.js'
import { refuse, sendRefusal } from './node-call.js'
import { rpcRefusal } from './rpc-refusal.js'

/** What the guard throws: an HttpException, so that filters of the application's own know its status. */
export class RefusedException extends HttpException {
  readonly refused: AuthError

  constructor(refused: AuthError, refusal: Refusal) {
    super(refusal.body, refusal.status)
    this.refused = refused
  }
}

/**
 * Answers what a gate refused, in every context: HTTP as the gate renders it, GraphQL by an error of the field, RPC by an
 * error with the gRPC code, a WebSocket by an `exception` event.
 *
 * @example { provide: APP_FILTER, useValue: refusalFilter(gate) }
 */
export function refusalFilter<C>(gate: Gate<C>): ExceptionFilter {
  class RefusalFilter implements ExceptionFilter<RefusedException | AuthError> {
    catch(thrown: RefusedException | AuthError, host: ArgumentsHost): unknown {
      const error = thrown instanceof AuthError ? thrown : thrown.refused
      const type = host.getType<string>()
      if (type === 'http') {
        answer(gate, { error, host })
        return undefined
      }
      if (type === 'graphql') return new RefusedException(error, gate.respond(error))
      const { code, details } = rpcRefusal(gate, error)
      const told = { status: 'error', code, details, message: details, reason: error.reason }
      if (type === 'rpc') return throwError(() => told)
      const client = host.switchToWs().getClient<{ emit: Send; send: Send; readyState?: unknown }>()
      if (typeof client.readyState !== 'number') client.emit('exception', told)
      else client.send(JSON.stringify({ event: 'exception', data: told }))
      return undefined
    }
  }
  Catch(RefusedException, AuthError)(RefusalFilter)
  return new RefusalFilter()
}

type Send = (...message: unknown[]) => unknown

function answer<C>(
  gate: Gate<C>,
  { error, host }: { readonly error: AuthError; readonly host: ArgumentsHost },
): void {
  const response = host.switchToHttp().getResponse<Parameters<typeof sendRefusal>[0]>()
  const send = (refusal: Refusal) => {
    sendRefusal(response, refusal)
  }
  refuse({ gate, error, response, send })
}

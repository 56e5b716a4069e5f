import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import { throwError } from 'rxjs'
import { brand, inherits, isBranded } from '../../foundation/brand.js'
import { AuthError } from '../../foundation/errors.js'
import { detailOf, type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'
import { refuse, sendRefusal } from '../node/node-call.js'
import { rpcRefusal } from '../rpc/rpc-refusal.js'

/** The guard's exception: an HttpException, so that the application's own filters see its status. */
export class RefusedException extends HttpException {
  readonly refused: AuthError

  /** `message` is what callers read; the default says nothing about this gate. */
  constructor(refused: AuthError, message = detailOf(refused)) {
    const { status, reason } = refused
    super({ statusCode: status, message, reason }, status)
    this.refused = refused
    brand(this, 'RefusedException/1')
  }

  /** Recognises the errors of every copy of this package. */
  static override [Symbol.hasInstance](given: unknown): boolean {
    return this === RefusedException
      ? isBranded(given, 'RefusedException/1')
      : inherits(given, this)
  }
}

/**
 * Makes the exception for a refused call. Nest asks no filter about a guard of a WebSocket handler, so there it is the
 * exception that Nest itself answers with an `exception` event.
 *
 * @example throw await toException(error, { gate, type: context.getType() })
 */
export async function toException<C>(
  error: unknown,
  { gate, type }: { readonly gate: Gate<C>; readonly type: string },
): Promise<Error> {
  const refused = error instanceof AuthError ? error : new AuthError('POLICY_FAULT')
  if (type !== 'ws') return new RefusedException(refused, gate.detail(refused))
  // An application with such a context has the package installed.
  const { WsException } = await import('@nestjs/websockets')
  return new WsException(rpcError(gate, refused))
}

/**
 * Answers calls that a gate refused: HTTP as the gate renders it, GraphQL with an error of the field, RPC with an error
 * that has the gRPC code.
 *
 * @example { provide: APP_FILTER, useValue: refusalFilter(gate) }
 */
export function refusalFilter<C>(gate: Gate<C>): ExceptionFilter {
  class RefusalFilter implements ExceptionFilter<RefusedException | AuthError> {
    catch(thrown: RefusedException | AuthError, host: ArgumentsHost): unknown {
      const error = thrown instanceof AuthError ? thrown : thrown.refused
      const type = host.getType<string>()
      if (type === 'graphql') return new RefusedException(error, gate.detail(error))
      if (type === 'rpc') return throwError(() => rpcError(gate, error))
      answer(gate, { error, host })
      return undefined
    }
  }
  Catch(RefusedException, AuthError)(RefusalFilter)
  return new RefusalFilter()
}

function rpcError<C>(gate: Gate<C>, error: AuthError) {
  const { code, details } = rpcRefusal(gate, error)
  return { status: 'error', code, details, message: details, reason: error.reason }
}

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

import { AuthError } from '../../foundation/errors.js'
import { detailOf } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'

/** A refusal in the form of gRPC and Connect. */
export interface RpcRefusal {
  /** gRPC status number; Connect uses the same. */
  readonly code: AuthError['grpcStatus']
  /** A fixed text for the caller. */
  readonly details: string
  /** Trailers: the challenge of a refused token, or the time to retry after 14 UNAVAILABLE. */
  readonly trailers: Readonly<Record<string, string>>
}

type Answering<C> = Pick<Gate<C>, 'respond' | 'detail'>

const told = ['WWW-Authenticate', 'Retry-After']

/**
 * The refusal of an RPC: the status of the error table, and the parts of the gate's answer other than its body.
 *
 * @example rpcRefusal(gate, new AuthError('TOKEN_EXPIRED')).code // 16
 */
export function rpcRefusal<C>(gate: Answering<C>, error: unknown): RpcRefusal {
  const refused = error instanceof AuthError ? error : new AuthError('POLICY_FAULT')
  return {
    code: refused.grpcStatus,
    details: textOf(gate, refused),
    trailers: trailersOf(gate, refused),
  }
}

function textOf<C>(gate: Answering<C>, error: AuthError): string {
  try {
    return gate.detail(error)
  } catch {
    // The call stays refused, with the text that every gate has.
    return detailOf(error)
  }
}

function trailersOf<C>(gate: Answering<C>, error: AuthError) {
  try {
    const fields = Object.entries(gate.respond(error).headers)
    const kept = fields.filter(([name, value]) => told.includes(name) && typeof value === 'string')
    return Object.fromEntries(kept.map(([name, value]) => [name.toLowerCase(), value]))
  } catch {
    // The call stays refused, with fewer details.
    return {}
  }
}

import { AuthError } from '../../foundation/errors.js'
import { detailOf } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'

/** A refusal as gRPC and Connect tell it. */
export interface RpcRefusal {
  /** gRPC status number, which is Connect's code too. */
  readonly code: AuthError['grpcStatus']
  /** For the caller to read: a fixed text. */
  readonly details: string
  /** Trailers: the challenge of a refused token, when to try again for a 14 UNAVAILABLE. */
  readonly trailers: Readonly<Record<string, string>>
}

const told = ['WWW-Authenticate', 'Retry-After']

/**
 * What an RPC is refused with: the status of the error table, and of the gate's answer what a body has no part in.
 *
 * @example rpcRefusal(gate, new AuthError('TOKEN_EXPIRED')).code // 16
 */
export function rpcRefusal<C>(gate: Pick<Gate<C>, 'respond'>, error: unknown): RpcRefusal {
  const refused = error instanceof AuthError ? error : new AuthError('POLICY_FAULT')
  return {
    code: refused.grpcStatus,
    details: detailOf(refused),
    trailers: trailersOf(gate, refused),
  }
}

function trailersOf<C>(gate: Pick<Gate<C>, 'respond'>, error: AuthError) {
  try {
    const fields = Object.entries(gate.respond(error).headers)
    const kept = fields.filter(([name, value]) => told.includes(name) && typeof value === 'string')
    return Object.fromEntries(kept.map(([name, value]) => [name.toLowerCase(), value]))
  } catch {
    // The call stays refused, with less said.
    return {}
  }
}

import { RequestFault, tooMany } from '../foundation/faults.js'
import type { Counter } from './counter.js'
import { networkOf } from '../foundation/network.js'
import { hashOf } from './hash-of.js'

/**
 * Slows down callers that try secrets of OAuth clients, and those that revoke one token after the other. A secret is compared first, and the right one is never refused: it has
 * 256 random bits, so it cannot be found by trying, and a stranger behind the same address must not stop a client.
 */
export interface ClientLimits {
  /**
   * After a secret was wrong.
   *
   * @throws RequestFault TOO_MANY with `Retry-After`, after too many of one address; AuthError STORE_UNAVAILABLE
   */
  failed(address: string): Promise<void>
  /**
   * Before a client revokes an access token of a subject by itself, since each is an entry that every process keeps.
   *
   * @throws RequestFault TOO_MANY with `Retry-After`, after too many of this subject by this client; AuthError
   * STORE_UNAVAILABLE
   */
  revoking(client: string, subject: string): Promise<void>
}

/** The counters of {@link createClientLimits}. */
export interface ClientCounters {
  readonly failures: Counter
  readonly revocations: Counter
}

/** @example await createClientLimits({ failures, revocations }).failed(addressOf(request)) */
export function createClientLimits({ failures, revocations }: ClientCounters): ClientLimits {
  return {
    revoking: async (client, subject) => {
      const seconds = await revocations.add(hashOf(client, subject))
      if (seconds === 0) return
      const detail = 'too many single tokens were revoked; end the session by its refresh token'
      throw new RequestFault('TOO_MANY', detail, { 'retry-after': String(seconds) })
    },
    failed: async (address) => {
      const seconds = await failures.add(networkOf(address))
      if (seconds > 0) throw tooMany(seconds)
    },
  }
}

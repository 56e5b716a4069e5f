import { tooMany } from '../foundation/faults.js'
import type { Counter } from './counter.js'
import { networkOf } from '../foundation/network.js'

/**
 * Slows down callers that try secrets of OAuth clients. A secret is compared first, and the right one is never refused: it has
 * 256 random bits, so it cannot be found by trying, and a stranger behind the same address must not stop a client.
 */
export interface ClientLimits {
  /**
   * After a secret was wrong.
   *
   * @throws RequestFault TOO_MANY with `Retry-After`, after too many of one address; AuthError STORE_UNAVAILABLE
   */
  failed(address: string): Promise<void>
}

/** @example await createClientLimits(counter).failed(addressOf(request)) */
export function createClientLimits(failures: Counter): ClientLimits {
  return {
    failed: async (address) => {
      const seconds = await failures.add(networkOf(address))
      if (seconds > 0) throw tooMany(seconds)
    },
  }
}

import { createHash } from 'node:crypto'

/**
 * A name for a counter. Hashed, so that no dump of a store shows names of accounts or addresses.
 *
 * @example await counter.add(hashOf(account, network))
 */
export function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}

import { ConfigError } from '../foundation/errors.js'
import type { Key } from '../key/key.js'
import type { KeyFinder } from '../token/key-source.js'

/**
 * Several fixed keys, told apart by `kid` (RFC 7515 section 4.1.4). A token without `kid` is refused as soon as there
 * is more than one key: trying them all would let a token pick the key it was not made for.
 *
 * @throws ConfigError for no keys, two of one `kid`, a private key, or HMAC keys beside public ones.
 * @example createVerifier({ keys: staticKeys([keyA, keyB]), … })
 */
export function staticKeys(keys: readonly Key[]): KeyFinder {
  const byKid = new Map(keys.map((key) => [key.kid, key]))
  const [only] = keys
  if (!only) throw new ConfigError('staticKeys', 'needs at least one key')
  if (byKid.size < keys.length) throw new ConfigError('staticKeys', 'has two keys with one kid')
  if (keys.some((key) => key.kind === 'private')) {
    throw new ConfigError('staticKeys', 'holds a private key; pass its public half')
  }
  if (new Set(keys.map((key) => key.kind)).size > 1) {
    throw new ConfigError('staticKeys', 'mixes secrets with public keys')
  }
  return {
    find: ({ kid }) => (kid === undefined && keys.length === 1 ? only : byKid.get(kid ?? '')),
    version: () => 0,
  }
}

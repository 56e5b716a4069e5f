import { ConfigError } from '../foundation/errors.js'
import type { Key } from '../key/key.js'
import type { KeyFinder } from '../token/key-source.js'

/**
 * Several fixed keys, distinguished by `kid` (RFC 7515 section 4.1.4). With more than one key, a token without `kid` is
 * refused: trying them all would let a token choose a key that is not meant for it.
 *
 * @throws ConfigError for no keys, two with one `kid`, a private key, or HMAC keys together with public ones.
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

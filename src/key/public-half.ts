import { ConfigError } from '../foundation/errors.js'
import type { JsonWebKey } from './jwk.js'
import { Key } from './key.js'

/**
 * The key that verifies what a key signs: the public half of a private key, an HMAC or public key itself.
 *
 * @example createVerifier({ keys: verificationKey(signingKey), … })
 */
export function verificationKey(key: Key): Key {
  if (key.kind !== 'private') return key
  const material = Key.powers(key).publicHalf()
  return new Key(key.alg, { material, kid: key.kid, hasPublicKid: true, maySign: false })
}

/**
 * The public half as a JWK with `alg`, `kid` and `use` (RFC 7517), ready to be published.
 *
 * @throws ConfigError for an HMAC key: publishing a secret is never right
 * @example JSON.stringify({ keys: [publicJwk(key)] })
 */
export function publicJwk(key: Key): JsonWebKey {
  if (key.kind === 'secret') throw new ConfigError('publicJwk', 'an HMAC key has no public half')
  const jwk = Key.powers(key).publicHalf().export({ format: 'jwk' })
  return { ...jwk, kid: key.kid, alg: key.alg, use: 'sig' }
}

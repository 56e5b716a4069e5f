import { KeyObject, type JsonWebKey } from 'node:crypto'
import { ConfigError } from './errors.js'
import { isJwk, keyMembers } from './jwk.js'

/** A shared secret as people have it: its bytes, a JWK with `kty` "oct", or a secret `KeyObject`. */
export type SecretInput = Uint8Array | JsonWebKey | KeyObject

/**
 * The bytes of a secret, copied, so that the caller can wipe theirs.
 *
 * @throws ConfigError for text, because nobody can tell whether it is the secret or an encoding of it
 * @example readSecret({ kty: 'oct', k: 'AAEC' }) // <Buffer 00 01 02>
 */
export function readSecret(input: unknown): Buffer {
  if (input instanceof Uint8Array) return Buffer.from(input)
  if (typeof input === 'string')
    throw new ConfigError(
      'hmacKey',
      "takes bytes, not text: pass Buffer.from(secret, 'base64') for an encoded secret, Buffer.from(secret) for text",
    )
  if (input instanceof KeyObject) {
    if (input.type === 'secret') return input.export()
    throw new ConfigError('hmacKey', `was given a ${input.type} key; pass it to ${input.type}Key`)
  }
  if (!isJwk(input) || input.kty !== 'oct')
    throw new ConfigError('hmacKey', 'takes a Uint8Array or a JWK with kty "oct" and k')
  return Buffer.from(keyMembers(input, 'sign')['k'] ?? '', 'base64url')
}

/**
 * Refuses a secret that is short (RFC 7518 section 3.2), visibly guessable, or somebody's public key.
 *
 * @throws ConfigError
 */
export function checkSecret(secret: Uint8Array, leastBytes: number): void {
  if (secret.byteLength < leastBytes) {
    throw new ConfigError(
      'hmacKey',
      `must be at least ${String(leastBytes)} bytes long; make one with randomBytes`,
    )
  }
  if (new Set(secret).size < 12) {
    throw new ConfigError('hmacKey', 'repeats itself; make one with randomBytes')
  }
}

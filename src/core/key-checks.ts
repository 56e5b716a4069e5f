import { createPublicKey, type AsymmetricKeyDetails } from 'node:crypto'
import { ConfigError } from './errors.js'

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
  if (isPublicKey(secret)) throw new ConfigError('hmacKey', 'is a public key, which is no secret')
}

/**
 * RSA: 2048 to 8192 bits (RFC 7518 section 3.3), an odd public exponent of at least 65537.
 *
 * @throws ConfigError
 */
export function checkRsa(place: string, details: AsymmetricKeyDetails): void {
  const bits = details.modulusLength ?? 0
  if (bits < 2048 || bits > 8192)
    throw new ConfigError(place, 'an RSA key must have 2048 to 8192 bits')
  const exponent = details.publicExponent ?? 0n
  if (exponent < 65_537n || exponent % 2n === 0n) {
    throw new ConfigError(place, 'an RSA key must have an odd public exponent of at least 65537')
  }
}

function isPublicKey(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('latin1')
  if (/-----BEGIN|"kty"|ssh-(rsa|ed25519)|ecdsa-sha2/.test(text)) return true
  try {
    createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' })
    return true
  } catch {
    return false // the wanted case: these bytes are no public key
  }
}

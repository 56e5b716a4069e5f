import { createHash, createPublicKey, KeyObject } from 'node:crypto'
import type { JwkInput } from './jwk.js'
import { ownCopy } from './own-copy.js'

/** The members that are hashed, in the order of RFC 7638 section 3.2 and RFC 8037 section 2. */
const members: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  RSA: ['e', 'kty', 'n'],
  OKP: ['crv', 'kty', 'x'],
  AKP: ['alg', 'kty', 'pub'],
}

/**
 * The RFC 7638 SHA-256 thumbprint of a public key, as base64url: everyone gets the same name for the same key.
 *
 * @throws TypeError for a secret key, whose thumbprint would give it away (RFC 7638 section 7).
 * @example thumbprint(publicJwk) // 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
 */
export function thumbprint(key: KeyObject | JwkInput): string {
  const jwk = key instanceof KeyObject ? exportPublic(key) : key
  const names = members[jwk.kty ?? '']
  if (!names) throw new TypeError('thumbprint takes an asymmetric key')
  const record = jwk as Readonly<Record<string, unknown>>
  const canonical = JSON.stringify(Object.fromEntries(names.map((name) => [name, record[name]])))
  return createHash('sha256').update(canonical).digest('base64url')
}

function exportPublic(key: KeyObject): JwkInput {
  if (key.type === 'secret') throw new TypeError('thumbprint takes an asymmetric key')
  const own = ownCopy(key)
  return (own.type === 'private' ? createPublicKey(own) : own).export({ format: 'jwk' })
}

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createSigner, hmacKey, privateKey } from 'jotgate'

/**
 * What a server is told: the secret as text, or the public key as PEM; of suite `revocation` also where a Redis is, and how
 * many entries there are.
 *
 * @typedef {{ readonly alg: 'HS256' | 'RS256' | 'ES256', readonly secret: string,
 *   readonly revoked?: { readonly redis: string, readonly count: number } }} Trust
 */

export const algorithms = /** @type {const} */ (['HS256', 'RS256', 'ES256'])
export const issuer = 'https://issuer.example'
export const audience = 'api'

/**
 * A key, what servers know of it, and tokens: many good ones, all different, and one with another signature.
 *
 * @param {Trust['alg']} alg
 * @param {number} count
 */
export async function makeTokens(alg, count) {
  const { key, secret } = makeKey(alg)
  const sign = createSigner({ key, issuer, audience, expiresIn: '1h' })
  const good = await Promise.all(
    Array.from({ length: count }, (_, index) => sign({ sub: `user-${index}`, role: 'member' })),
  )
  const [first = ''] = good
  const [other = ''] = good.slice(-1)
  const bad = first.slice(0, first.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'))
  return { trust: { alg, secret }, good, bad }
}

/** @param {Trust['alg']} alg */
function makeKey(alg) {
  if (alg === 'HS256') {
    const secret = randomBytes(32).toString('base64url')
    return { key: hmacKey(Buffer.from(secret), 'HS256'), secret }
  }
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' })
  return { key: privateKey(pair.privateKey, alg), secret: String(pem) }
}

import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { hmacKey, privateKey } from '../../src/key/index.js'
import { type Claims, createSigner } from '../../src/token/index.js'

/** What every site in these tests trusts. */
export const issuer = 'https://issuer.example'
export const audience = 'api'
export const secret = randomBytes(32)
export const key = hmacKey(secret, 'HS256')

/** Stands in every token; must stand in no answer that refuses. */
export const canary = `canary-${randomBytes(8).toString('hex')}`

const shared = { key, issuer, audience, expiresIn: '15m' } as const
const sign = createSigner({ ...shared, replaceable: ['iss', 'aud', 'iat', 'exp', 'jti'] })

/** A token that is good unless `claims` make it otherwise. */
export function token(claims: Claims = {}): Promise<string> {
  return sign({ sub: 'alice', canary, ...claims })
}

/** A token with a header of the test's own, correctly signed with HMAC. */
export function handmade(header: object, claims: object, signedWith: Buffer = secret): string {
  const signingInput = `${encode(header)}.${encode(claims)}`
  const signature = createHmac('sha256', signedWith).update(signingInput).digest('base64url')
  return `${signingInput}.${signature}`
}

/** Claims that are good for handmade tokens. */
export function goodClaims(): Claims {
  return { sub: 'alice', canary, iss: issuer, aud: audience, exp: now() + 900, iat: now() }
}

/** A token of another key with the right issuer. */
export function forged(): Promise<string> {
  return createSigner({ ...shared, key: hmacKey(randomBytes(32), 'HS256') })({
    sub: 'alice',
    canary,
  })
}

/** A good token but for its key, which its header brings along. */
export function selfSigned(header: object): string {
  const own = randomBytes(32)
  const jwk = { kty: 'oct', k: own.toString('base64url') }
  return handmade({ ...header, jwk }, goodClaims(), own)
}

/** A token of an algorithm that nobody configured. */
export function otherAlgorithm(): Promise<string> {
  const { privateKey: material } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return createSigner({ ...shared, key: privateKey(material, 'ES256') })({ sub: 'alice', canary })
}

/** Unix seconds. */
export function now(): number {
  return Math.floor(Date.now() / 1000)
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hmacKey, type Key, privateKey, verificationKey } from '../../src/key/index.js'
import { createSigner, createVerifier } from '../../src/token/index.js'

const keys: Record<string, Key> = {
  HS256: hmacKey(randomBytes(32), 'HS256'),
  RS256: privateKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'RS256'),
  ES256: privateKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256'),
  EdDSA: privateKey(generateKeyPairSync('ed25519').privateKey, 'EdDSA'),
}

describe.each(Object.entries(keys))('%s', (alg, key) => {
  test('a signed token verifies and gives back its claims', async () => {
    const sign = createSigner({ key, issuer: 'https://a', audience: 'api', expiresIn: '15m' })
    const verify = createVerifier({
      keys: verificationKey(key),
      algorithms: [key.alg],
      issuer: 'https://a',
      audience: 'api',
    })
    const token = await verify(await sign({ sub: 'u1' }))
    expect(token.header.alg).toBe(alg)
    expect(token.claims).toMatchObject({ sub: 'u1', iss: 'https://a', aud: 'api' })
  })
})

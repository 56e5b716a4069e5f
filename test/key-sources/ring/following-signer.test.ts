import { expect, test } from 'vitest'
import { createSigner, decodeToken } from '../../../src/token/index.js'
import { startRing, verifierAt } from './setup.js'

test('a signer follows the active key of a ring', async () => {
  const { ring, clock } = await startRing()
  const sign = createSigner({
    key: () => ring.signingKey(),
    issuer: 'i',
    audience: 'a',
    expiresIn: 60,
    now: clock,
  })
  const before = await sign()
  await ring.revoke(ring.signingKey().kid)
  const after = await sign()
  expect(decodeToken(after).unverifiedHeader.kid).toBe(ring.signingKey().kid)
  await expect(verifierAt(ring, clock)(after)).resolves.toBeDefined()
  await expect(verifierAt(ring, clock)(before)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  clock.add(31)
  await expect(sign()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE', status: 503 })
})

test('a signer refuses a function whose result is not a signing key', async () => {
  const { ring } = await startRing()
  const published = await ring.find(
    { alg: 'ES256', kid: ring.signingKey().kid },
    new AbortController().signal,
  )
  const sign = createSigner({
    key: () => published as never,
    issuer: null,
    audience: null,
    expiresIn: 60,
  })
  await expect(sign()).rejects.toMatchObject({ name: 'ConfigError', option: 'createSigner.key' })
})

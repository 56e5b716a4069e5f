import { generateKeyPairSync } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { createGate } from '../../src/gate/index.js'
import { privateKey, verificationKey } from '../../src/key/index.js'
import { createRevocation } from '../../src/revocation/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { createSigner, createVerifier } from '../../src/token/index.js'
import { fakeCall } from '../gate/calls.js'
import { verdict } from '../token/verify/forge.js'

const [first, second] = ['https://login.example/tenants/1', 'https://login.example/tenants/2']
const key = privateKey(generateKeyPairSync('ed25519').privateKey, 'EdDSA')
const trusted = { keys: verificationKey(key), algorithms: ['EdDSA'], audience: null } as const
const now = 1_800_000_000

const revocation = createRevocation({
  store: memoryStores().revocations,
  issuer: 'https://auth.example',
  accessTtl: '15m',
  now: () => now,
})
afterAll(() => {
  revocation.close()
})

/** Tokens of the user 1 of a tenant, all with the same names. */
function sign(issuer: string): Promise<string> {
  const options = { key, issuer, audience: null, expiresIn: '15m', now: () => now - 10 } as const
  const signer = createSigner({ ...options, replaceable: ['jti'] })
  return signer({ sub: '1', sid: 'session-1', jti: 'token-1', client_id: 'web' })
}

test('a gate refuses the user 1 of one tenant that was revoked, and not the user 1 of another', async () => {
  await revocation.start()
  const gate = createGate({
    verify: createVerifier({ issuers: () => trusted, now: () => now }),
    isRevoked: (token) => revocation.isRevoked(token),
  })
  const answer = (token: string) =>
    verdict(
      (raw) =>
        Promise.resolve(gate.check(fakeCall({ fields: [['authorization', `Bearer ${raw}`]] }))),
      token,
    )
  const tokens = [await sign(first), await sign(second)]
  const answers = async () => [await answer(tokens[0] ?? ''), await answer(tokens[1] ?? '')]
  expect(await answers()).toEqual(['accepted', 'accepted'])
  await revocation.revoke({ subject: '1', before: now })
  expect(await answers()).toEqual(['accepted', 'accepted'])
  await revocation.revoke({ subject: '1', before: now, issuer: first })
  expect(await answers()).toEqual(['TOKEN_REVOKED', 'accepted'])
  for (const request of [{ jti: 'token-1' }, { sid: 'session-1' }, { client: 'web' }])
    await revocation.revoke({ ...request, issuer: first })
  await revocation.revoke({ all: true, before: now, issuer: first })
  expect(await answers()).toEqual(['TOKEN_REVOKED', 'accepted'])
})

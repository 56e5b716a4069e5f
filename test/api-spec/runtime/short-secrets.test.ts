import { expect, test } from 'vitest'
import { secretGate, secretSigner } from '../../../src/api-spec/runtime/secrets.js'
import { shortSecret } from '../../setup/short-secret.js'

const jwt = { AccessSecret: 'ad879037-c7a4-4063-9236-6bfc35d54b7d', AccessExpire: 900 }
const from = { Secret: 'next', PrevSecret: 'Kh3!x', AccessExpire: 900 }

test('generated gates and signers take a short or guessable secret by Accept alone', async () => {
  expect(() => secretSigner({ jwt })).toThrow(/is a UUID/)
  expect(() => secretGate({ jwt })).toThrow(/is a UUID/)
  const secrets = { jwt: { ...jwt, Accept: shortSecret } }
  const gate = secretGate(secrets)
  expect(await admits(gate, await secretSigner(secrets)({ sub: 'alice' }))).toBe(true)
})

test('a transition takes both of its short secrets by Accept alone', async () => {
  expect(() => secretGate({ transition: from })).toThrow(/at least 32 bytes/)
  const transition = { ...from, Accept: shortSecret }
  const former = { jwt: { AccessSecret: from.PrevSecret, AccessExpire: 900, Accept: shortSecret } }
  const gate = secretGate({ transition })
  expect(await admits(gate, await secretSigner({ transition })({ sub: 'alice' }))).toBe(true)
  expect(await admits(gate, await secretSigner(former)({ sub: 'alice' }))).toBe(true)
})

async function admits(gate: ReturnType<typeof secretGate>, token: string): Promise<boolean> {
  const context = await gate.check({
    kind: 'http',
    method: 'GET',
    path: '/',
    setHeader: () => undefined,
    header: (name: string) => (name === 'authorization' ? [`Bearer ${token}`] : []),
  })
  return context?.token.payload.sub === 'alice'
}

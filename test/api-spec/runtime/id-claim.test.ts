import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { idClaim } from '../../../src/api-spec/runtime/id-claim.js'
import { secretGate, secretSigner } from '../../../src/api-spec/runtime/secrets.js'

const secrets = {
  jwt: { AccessSecret: randomBytes(48).toString('base64'), AccessExpire: 900 },
}
const big = 9007199254740993n

async function check(bigints: boolean, claims: object) {
  const token = await secretSigner(secrets)({ sub: '7', ...claims })
  const gate = secretGate(secrets, { bigints })
  const context = await gate.check({
    kind: 'http',
    method: 'GET',
    path: '/',
    setHeader: () => undefined,
    header: (name: string) => (name === 'authorization' ? [`Bearer ${token}`] : []),
  })
  return context?.token.claims
}

test('a gate refuses a claim beyond 2^53 unless it reads it exactly, and never rounds it', async () => {
  await expect(check(false, { userId: big })).rejects.toMatchObject({ code: 'TOKEN_JSON' })
  expect((await check(true, { userId: big }))?.['userId']).toBe(big)
  expect((await check(true, { userId: 7 }))?.['userId']).toBe(7)
})

test('idClaim reads whole numbers of 64 bits and their digits, and nothing else', async () => {
  const claims = (await check(true, { userId: big, small: 7 })) ?? {}
  expect(
    ['userId', 'small', 'sub', 'absent', 'toString'].map((name) => idClaim(claims, name)),
  ).toEqual([big, 7n, 7n, undefined, undefined])
  const others = [
    1.5,
    2 ** 53,
    2n ** 64n,
    -(2n ** 63n) - 1n,
    '01',
    '1e3',
    ' 1',
    '9'.repeat(5000),
    true,
    null,
    [1],
  ]
  for (const value of others) expect(idClaim({ value }, 'value')).toBeUndefined()
  for (const value of [2n ** 64n - 1n, -(2n ** 63n)]) {
    expect(idClaim({ value }, 'value')).toBe(value)
    expect(idClaim({ value: String(value) }, 'value')).toBe(value)
  }
})

import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { hmacKey } from '../../src/key/index.js'
import { createVerifier, type VerifiedToken } from '../../src/token/index.js'
import {
  createRevocation,
  type Revocation,
  type RevokeRequest,
} from '../../src/revocation/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testkit/index.js'
import { forge } from '../token/verify/forge.js'
import { issuer } from './tokens.js'

const open: Revocation[] = []
afterEach(() => {
  for (const revocation of open.splice(0)) revocation.close()
})

const clock = fakeClock()
const secret = randomBytes(32)
const verify = createVerifier<unknown>({
  keys: hmacKey(secret, 'HS256'),
  algorithms: ['HS256'],
  issuer,
  audience: null,
  now: clock.now,
  bigints: true,
  ...{ subject: 'any', tokenId: 'any' },
  claims: (payload: Readonly<Record<string, unknown>>) => payload,
})

/** A verified token with these claims, written as JSON: `"sub":1`. */
const tokenWith = (members: string): Promise<VerifiedToken<unknown>> => {
  const times = `"iat":${String(clock.now())},"exp":${String(clock.now() + 600)}`
  return verify(forge({ payload: `{"iss":"${issuer}",${times},${members}}`, secret }))
}

async function started() {
  const store = memoryStores().revocations
  const make = async () => {
    const revocation = createRevocation({ store, issuer, accessTtl: '15m', now: clock.now })
    open.push(revocation)
    await revocation.start()
    return revocation
  }
  return { revocation: await make(), make }
}

/** Whether either way of asking says that a token is revoked; both have to agree. */
async function isRevoked(revocation: Revocation, token: VerifiedToken<unknown>): Promise<boolean> {
  const answer = revocation.isRevoked(token)
  expect(await revocation.isRevokedStrict(token)).toBe(answer)
  return answer
}

const before = clock.now()

describe('the number 1 and the text "1"', () => {
  test.each<[string, string, () => RevokeRequest]>([
    ['"sub":1', '"sub":"1"', () => ({ numericSubject: 1, before })],
    ['"sub":1.0', '"sub":"1"', () => ({ numericSubject: 1n, before })],
    [
      '"sub":36893488147419103232',
      '"sub":"36893488147419103232"',
      () => ({ numericSubject: 2n ** 65n, before }),
    ],
    ['"sub":"1"', '"sub":1', () => ({ subject: '1', before })],
    ['"jti":"1"', '"jti":1', () => ({ jti: '1' })],
  ])('a revocation of %s does not revoke %s', async (hit, missed, request) => {
    const { revocation, make } = await started()
    await revocation.revoke(request())
    for (const each of [revocation, await make()]) {
      expect(await isRevoked(each, await tokenWith(hit))).toBe(true)
      expect(await isRevoked(each, await tokenWith(missed))).toBe(false)
    }
  })

  test.each([
    ['"jti":1', '"jti":"1"'],
    ['"jti":"1"', '"jti":1'],
  ])('a revoked token with %s does not revoke the one with %s', async (hit, missed) => {
    const { revocation } = await started()
    await revocation.revoke({ token: await tokenWith(hit) })
    expect(await isRevoked(revocation, await tokenWith(hit))).toBe(true)
    expect(await isRevoked(revocation, await tokenWith(missed))).toBe(false)
  })

  test('no text has the name under which a number is kept', async () => {
    const { revocation } = await started()
    await revocation.revoke({ numericSubject: 1, before })
    expect(await isRevoked(revocation, await tokenWith('"sub":"\\u00011"'))).toBe(false)
    await expect(revocation.revoke({ subject: '\u00011', before })).rejects.toThrow(TypeError)
  })
})

describe('what no entry can name', () => {
  test.each(['"jti":1.5', '"jti":[1]', `"jti":"${'x'.repeat(1025)}"`])(
    'a token with %s cannot be revoked by itself, which is a TypeError',
    async (members) => {
      const { revocation } = await started()
      await expect(revocation.revoke({ token: await tokenWith(members) })).rejects.toThrow(
        'revoke: the jti of the token must be text of 1 to 1024 characters, or a whole number',
      )
    },
  )
  test('a long subject, a fraction and a missing subject are TypeErrors, and revoke nothing', async () => {
    const { revocation } = await started()
    const { entries } = revocation.status()
    for (const request of [
      { subject: 'x'.repeat(1025), before },
      { subject: 1, before },
      { numericSubject: 1.5, before },
      { numericSubject: '1', before },
      { before },
    ])
      await expect(revocation.revoke(request as never)).rejects.toThrow(TypeError)
    expect(revocation.status().entries).toBe(entries)
  })
  test('a token with a subject of any type is revoked by its session', async () => {
    const { revocation } = await started()
    await revocation.revoke({ sid: 'session-1' })
    const token = await tokenWith('"sub":{"id":1},"sid":"session-1"')
    expect(await isRevoked(revocation, token)).toBe(true)
  })
})

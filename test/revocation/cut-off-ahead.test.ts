import { afterEach, describe, expect, test } from 'vitest'
import { createRevocation, type Revocation } from '../../src/revocation/index.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import type { RevocationStore } from '../../src/revocation/ports.js'
import { createSigner, createVerifier, type Claims } from '../../src/token/index.js'
import { hmacKey } from '../../src/key/index.js'
import { fakeClock } from '../../src/testkit/index.js'
import { randomBytes } from 'node:crypto'

const issuer = 'https://auth.example'
const key = hmacKey(randomBytes(32), 'HS256')
const hour = 3600

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function newStore(): Promise<RevocationStore> {
  const client = await openSqlite(':memory:')
  closing.push(() => {
    client.close()
  })
  return sqliteStores(client).revocations
}

/** A process that issues and checks tokens by a clock that is `ahead` of the real one. */
async function startProcess(store: RevocationStore, real: () => number, ahead = 0) {
  const clock = { ahead }
  const now = () => Math.floor(real()) + clock.ahead
  const revocation = createRevocation({ store, issuer, accessTtl: '15m', now })
  closing.unshift(() => {
    revocation.close()
  })
  await revocation.start()
  return { revocation, clock, now, ...issuing(revocation, now) }
}

function issuing(revocation: Revocation, now: () => number) {
  const options = { key, issuer, audience: 'a', expiresIn: '15m', now } as const
  const verify = createVerifier({
    ...{ keys: key, algorithms: ['HS256'], issuer, audience: 'a', now, clockTolerance: 300 },
  })
  const withCutOffs = createSigner({
    ...options,
    issuedAfter: (claims) => revocation.cutOffsAhead(claims),
  })
  return {
    issue: (claims: Claims = { sub: 'bob' }) => withCutOffs(claims),
    /** As a process that has not heard of any revocation. */
    issueUnaware: createSigner(options),
    isRevoked: async (token: string) => revocation.isRevoked(await verify(token)),
  }
}

describe('a first start an hour ahead', () => {
  test('tokens issued after the clock was put right are valid at once, and after a restart', async () => {
    const [store, real] = [await newStore(), fakeClock()]
    const first = await startProcess(store, real.now, hour)
    first.clock.ahead = 0
    expect(await first.isRevoked(await first.issueUnaware({ sub: 'bob' }))).toBe(true)
    const token = await first.issue()
    expect(await first.isRevoked(token)).toBe(false)
    const second = await startProcess(store, real.now)
    expect(await second.isRevoked(token)).toBe(false)
    expect(await second.isRevoked(await second.issue())).toBe(false)
  })

  test('a first start an hour behind the clock of the store revokes until that time', async () => {
    const [store, real] = [await newStore(), fakeClock()]
    const timed = { ...store, clock: () => Promise.resolve(real.now() + 0.5) }
    const slow = await startProcess(timed, real.now, -hour)
    const names = [{ kind: 'all', issuer }] as const
    expect(await store.find(names)).toEqual([expect.objectContaining({ before: real.now() })])
    expect(await slow.isRevoked(await slow.issue())).toBe(false)
  })

  test('the status says by how much the clock was wrong, until the time has come', async () => {
    const [store, real] = [await newStore(), fakeClock()]
    const { revocation, clock, issue, isRevoked } = await startProcess(store, real.now, hour)
    expect(revocation.status().cutOffAhead).toBe(0)
    clock.ahead = 0
    expect(revocation.status().cutOffAhead).toBe(hour)
    real.advance(hour + 1)
    expect(revocation.status().cutOffAhead).toBe(0)
    const token = await issue()
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).not.toContain('after')
    expect(await isRevoked(token)).toBe(false)
  })
})

describe('a cut-off ahead of the clock', () => {
  test('a process an hour behind still refuses every token from before a revocation', async () => {
    const [store, real] = [await newStore(), fakeClock()]
    const right = await startProcess(store, real.now)
    const slow = await startProcess(store, real.now, -hour)
    const old = [await right.issue(), await slow.issue()]
    real.advance(1)
    await right.revocation.revoke({ all: true, before: right.now() })
    await expect.poll(() => slow.revocation.cutOffsAhead({})).toEqual({ all: right.now() })
    real.advance(1)
    const [revoked, revokedOfSlow] = old
    const fresh = [await right.issue(), await slow.issue()]
    real.advance(hour - 300)
    expect(await slow.isRevoked(revoked ?? '')).toBe(true)
    slow.clock.ahead = -hour - hour + 300
    expect(await slow.isRevoked(revokedOfSlow ?? '')).toBe(true)
    expect(await slow.isRevoked(fresh[1] ?? '')).toBe(false)
    slow.clock.ahead = -hour
    expect(await slow.isRevoked(fresh[0] ?? '')).toBe(false)
  })

  test.each([
    ['everything', { all: true }],
    ['a subject', { subject: 'bob' }],
  ] as const)('revoking %s again refuses what was issued in between', async (_, what) => {
    const [store, real] = [await newStore(), fakeClock()]
    const fast = await startProcess(store, real.now, 40 * 86_400)
    await fast.revocation.revoke({ ...what, before: fast.now() })
    const right = await startProcess(store, real.now)
    const between = await right.issue()
    expect(await right.isRevoked(between)).toBe(false)
    await right.revocation.revoke({ ...what, before: right.now() })
    expect(await right.isRevoked(between)).toBe(true)
    expect(await right.isRevoked(await right.issue())).toBe(false)
    const other = await startProcess(store, real.now)
    expect(await other.isRevoked(between)).toBe(true)
  })

  test('a token issued after one kind of cut-off is still refused by the other', async () => {
    const [store, real] = [await newStore(), fakeClock()]
    const fast = await startProcess(store, real.now, hour)
    fast.clock.ahead = 0
    const token = await fast.issue()
    expect(await fast.isRevoked(token)).toBe(false)
    await fast.revocation.revoke({ subject: 'bob', before: fast.now() })
    expect(await fast.isRevoked(token)).toBe(true)
    expect(await fast.isRevoked(await fast.issue({ sub: 'alice' }))).toBe(false)
  })

  test('only the signer says what a token was issued after, and only of its own issuer', async () => {
    const [store, real] = [await newStore(), fakeClock()]
    const { issue, issueUnaware, revocation, now } = await startProcess(store, real.now)
    const claims = { sub: 'bob', jotgate_after: { all: 9e9, sub: 9e9 } }
    await expect(issue(claims)).rejects.toThrow('"jotgate_after" is set by the signer')
    await expect(issueUnaware(claims)).rejects.toThrow(TypeError)
    const other = 'https://other.example'
    await revocation.revoke({ all: true, before: now(), issuer: other })
    const payload = { ...claims, iss: other, iat: now() }
    const foreign = { header: { alg: 'HS256' }, claims: payload, payload }
    expect(revocation.isRevoked(foreign as never)).toBe(true)
  })
})

test.each([600, 61, 30, 1])(
  'a revocation %i s before a cut-off dated ahead refuses the tokens that are exempt from it',
  async (left) => {
    const [store, real] = [await newStore(), fakeClock()]
    const first = await startProcess(store, real.now, hour)
    first.clock.ahead = 0
    real.advance(hour - left - 100)
    const [bob, ann] = [await first.issue(), await first.issue({ sub: 'ann' })]
    expect(await Promise.all([bob, ann].map(first.isRevoked))).toEqual([false, false])
    real.advance(100)
    await first.revocation.revoke({ subject: 'bob', before: first.now() })
    expect(await Promise.all([bob, ann].map(first.isRevoked))).toEqual([true, false])
    await first.revocation.revoke({ all: true, before: first.now() })
    real.advance(left + 2)
    expect(await Promise.all([bob, ann].map(first.isRevoked))).toEqual([true, true])
  },
)

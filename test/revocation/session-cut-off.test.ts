import { afterEach, describe, expect, test } from 'vitest'
import { createRevocation, type RevocationStore } from '../../src/revocation/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { fakeClock } from '../../src/testkit/index.js'
import { completeSigner } from '../../src/token/sign.js'
import { hmacKey } from '../../src/key/index.js'
import { createSigner, createVerifier, type Claims } from '../../src/token/index.js'
import { randomBytes } from 'node:crypto'

const issuer = 'https://auth.example'
const key = hmacKey(randomBytes(32), 'HS256')
const claims = { sub: 'user-1', sid: 'session-1', client_id: 'web' }

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const stores: Readonly<Record<string, () => Promise<RevocationStore>>> = {
  memory: () => Promise.resolve(memoryStores().revocations),
  SQLite: async () => {
    const client = await openSqlite(':memory:')
    closing.push(() => {
      client.close()
    })
    return sqliteStores(client).revocations
  },
}

async function startProcess(store: RevocationStore, clock = fakeClock()) {
  const { now } = clock
  const revocation = createRevocation({ store, issuer, accessTtl: '15m', now })
  closing.unshift(() => {
    revocation.close()
  })
  await revocation.start()
  const sign = completeSigner(
    createSigner({
      ...{ key, issuer, audience: 'a', expiresIn: '15m', now },
      issuedAfter: (given) => revocation.cutOffsAhead(given),
    }),
  )
  const verify = createVerifier({
    ...{ keys: key, algorithms: ['HS256'], issuer, audience: 'a', now, clockTolerance: 300 },
  })
  /** A token of the session, as `createSessions` makes it. */
  const issue = async (more: Claims = {}) => verify(await sign({ ...claims, ...more }))
  const answers = async (more: Claims = {}) => {
    const token = await issue(more)
    const strict = await revocation.isRevokedStrict(token)
    expect(revocation.isRevoked(token)).toBe(strict)
    return strict
  }
  return { revocation, clock, now, issue, answers }
}

describe.each(Object.entries(stores))('over %s', (_, open) => {
  test('a session cut off refuses its tokens issued up to that time, and no others', async () => {
    const store = await open()
    const { revocation, clock, now, answers, issue } = await startProcess(store)
    clock.advance(10)
    const old = await issue()
    const before = now() + 60
    await revocation.revoke({ sid: 'session-1', before })
    expect(revocation.isRevoked(old)).toBe(true)
    expect(await answers()).toBe(true)
    expect(await answers({ jotgate_after: { sid: before } })).toBe(false)
    expect(await answers({ jotgate_after: { sid: before - 1 } })).toBe(true)
    expect(await answers({ sid: 'session-2' })).toBe(false)
    expect(await answers({ sid: 'session-2', sub: 'session-1' })).toBe(false)
    clock.advance(60)
    expect(await answers()).toBe(true)
    clock.advance(1)
    expect(await answers()).toBe(false)
    expect(revocation.isRevoked(old)).toBe(true)
  })

  test('another process enforces the cut-off, and one that starts later', async () => {
    const store = await open()
    const first = await startProcess(store)
    const second = await startProcess(store, first.clock)
    const old = await first.issue()
    await first.revocation.revoke({ sid: 'session-1', before: first.now() })
    await expect.poll(() => second.revocation.isRevoked(old)).toBe(true)
    const notStarted = createRevocation({ store, issuer, accessTtl: '15m', now: first.now })
    expect(await notStarted.isRevokedStrict(old)).toBe(true)
    const third = await startProcess(store, first.clock)
    expect(third.revocation.isRevoked(old)).toBe(true)
    expect(third.revocation.isSidRevoked('session-1')).toBe(false)
  })

  test('only an entry without a cut-off ends a session, and no cut-off takes that back', async () => {
    const { revocation, clock, now, answers } = await startProcess(await open())
    await revocation.revoke({ sid: 'session-1', before: now() + 120 })
    expect(revocation.isSidRevoked('session-1')).toBe(false)
    await revocation.revoke({ sid: 'session-1' })
    expect(revocation.isSidRevoked('session-1')).toBe(true)
    clock.advance(5)
    await revocation.revoke({ sid: 'session-1', before: now() + 60 })
    expect(revocation.isSidRevoked('session-1')).toBe(true)
    clock.advance(130)
    expect(await answers({ jotgate_after: { sid: now() + 500 } })).toBe(true)
  })

  test('a later cut-off refuses tokens that were issued after the earlier one', async () => {
    const { revocation, clock, now, answers } = await startProcess(await open())
    clock.advance(10)
    const first = now() + 60
    await revocation.revoke({ sid: 'session-1', before: first })
    await revocation.revoke({ sid: 'session-1', before: first + 1 })
    await revocation.revoke({ sid: 'session-1', before: first })
    expect(await answers({ jotgate_after: { sid: first } })).toBe(true)
    expect(await answers({ jotgate_after: { sid: first + 1 } })).toBe(false)
  })
})

test('a cut-off of a session is taken up to 120 s ahead, of anything else up to 60 s', async () => {
  const { revocation, now } = await startProcess(memoryStores().revocations)
  await revocation.revoke({ sid: 'session-1', before: now() + 120 })
  const tooFar = revocation.revoke({ sid: 'session-1', before: now() + 121 })
  await expect(tooFar).rejects.toThrow('at most 120 s ahead')
  const farther = revocation.revoke({ subject: 'user-1', before: now() + 61 })
  await expect(farther).rejects.toThrow('at most 60 s ahead')
})

test.each([[''], ['\u0001'], ['a'.repeat(1023)], [5], [undefined]])(
  'a session %j cannot be cut off',
  async (sid) => {
    const { revocation, now } = await startProcess(memoryStores().revocations)
    const cut = revocation.revoke({ sid: sid as string, before: now() }) // plain JavaScript
    await expect(cut).rejects.toThrow(
      new TypeError('revoke: sid, with before, must be text of 1 to 1022 characters'),
    )
  },
)

test('the longest session that can be cut off is', async () => {
  const { revocation, now, answers } = await startProcess(memoryStores().revocations)
  const sid = 'a'.repeat(1022)
  await revocation.revoke({ sid, before: now() })
  expect(await answers({ sid })).toBe(true)
})

test('what another issuer says about its sessions counts for none of this one, and exempts nothing', async () => {
  const { revocation, now, answers } = await startProcess(memoryStores().revocations)
  const other = 'https://other.example'
  const before = now() + 60
  await revocation.revoke({ sid: 'session-1', before, issuer: other })
  expect(await answers()).toBe(false)
  const payload = { ...claims, iss: other, iat: now(), jotgate_after: { sid: before } }
  const foreign = { header: { alg: 'HS256' }, claims: payload, payload }
  expect(revocation.isRevoked(foreign as never)).toBe(true)
})

test('a hundred sessions of one subject are cut off one by one, and the subject is not', async () => {
  const { revocation, now, answers } = await startProcess(memoryStores().revocations)
  const of = { subject: 'user-1', issuedUntil: now() }
  for (let n = 0; n < 100; n++) {
    const request = { sid: `session-${String(n)}`, before: now() + 60, of } // `of` in plain JavaScript
    await revocation.revoke(request)
  }
  expect(await answers({ sid: 'session-99' })).toBe(true)
  expect(await answers({ sid: 'session-100' })).toBe(false)
})

test('the cut-off of a session is no cut-off ahead for a signer or the status page', async () => {
  const { revocation, now } = await startProcess(memoryStores().revocations)
  await revocation.revoke({ sid: 'session-1', before: now() + 120 })
  expect(revocation.cutOffsAhead({ ...claims })).toBeUndefined()
  expect(revocation.status().cutOffAhead).toBe(0)
})

test('a cut-off that the store lost is restored, and enforced by a process that starts then', async () => {
  const [store, clock] = [memoryStores().revocations, fakeClock()]
  let isDown = true
  const losing: RevocationStore = {
    ...store,
    add: (entries) => (isDown ? Promise.reject(new Error('down')) : store.add(entries)),
  }
  const first = await startProcess(losing, clock)
  const old = await first.issue()
  const cut = first.revocation.revoke({ sid: 'session-1', before: clock.now() + 60 })
  await expect(cut).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(first.revocation.isRevoked(old)).toBe(true)
  isDown = false
  const second = await startProcess(losing, clock)
  await expect.poll(() => second.revocation.isRevoked(old), { timeout: 20_000 }).toBe(true)
})

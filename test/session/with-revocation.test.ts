import { afterEach, expect, test } from 'vitest'
import type { TokenResponse } from '../../src/session/index.js'
import type { Revocation } from '../../src/revocation/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { client, codeOf, login, makeSessions, makeWithRevocation } from './setup.js'

const open: Revocation[] = []
afterEach(() => {
  for (const revocation of open.splice(0)) revocation.close()
})

async function makeBoth() {
  const both = await makeWithRevocation()
  open.push(both.revocation)
  return both
}

test('after a logout the access token is refused at once, and that of another session is not', async () => {
  const { sessions, verify, revocation } = await makeBoth()
  const tokens = await login(sessions)
  const [own, other] = [
    await verify(tokens.accessToken),
    await verify((await login(sessions)).accessToken),
  ]
  expect(revocation.isRevoked(own)).toBe(false)
  await sessions.end({ sid: tokens.sid, subject: 'user-1' })
  expect(revocation.isRevoked(own)).toBe(true)
  expect(revocation.isRevoked(other)).toBe(false)
})

test('after reuse the access tokens of owner and thief are refused', async () => {
  const { sessions, clock, verify, revocation } = await makeBoth()
  const first = await login(sessions)
  clock.advance(450)
  const second = await sessions.refresh(first.refreshToken, { client })
  clock.advance(450)
  await sessions.refresh(second.refreshToken, { client })
  const thief = sessions.refresh(first.refreshToken, { client })
  expect(await codeOf(thief)).toBe('REFRESH_REUSED')
  expect(revocation.isRevoked(await verify(second.accessToken))).toBe(true)
  expect(revocation.isRevoked(await verify(first.accessToken))).toBe(true)
})

test('a session begun by the action that refused all others is not refused, nor are its refreshes', async () => {
  const { sessions, clock, verify, revocation } = await makeBoth()
  const before = await verify((await login(sessions)).accessToken)
  await revocation.revoke({ subject: 'user-1', before: clock.now() })
  const after = clock.now()
  const tokens = await sessions.issue({ subject: 'user-1', client, after })
  const next = await sessions.refresh(tokens.refreshToken, { client })
  expect(revocation.isRevoked(before)).toBe(true)
  expect(revocation.isRevoked(await verify(tokens.accessToken))).toBe(false)
  expect(revocation.isRevoked(await verify(next.accessToken))).toBe(false)
})

test('the ninth logout of a subject refuses the token of a replay within the grace too', async () => {
  const { sessions, clock, verify, revocation } = await makeBoth()
  const others = await Promise.all(Array.from({ length: 9 }, () => login(sessions)))
  const first = await login(sessions)
  clock.advance(450)
  const next = await sessions.refresh(first.refreshToken, { client })
  clock.advance(9)
  const replayed = await sessions.refresh(first.refreshToken, { client })
  clock.advance(100)
  for (const { sid } of others) await sessions.end({ sid, subject: 'user-1' })
  const later = await login(sessions)
  await sessions.end({ sid: first.sid, subject: 'user-1' })
  for (const { accessToken } of [...others, next, replayed])
    expect(revocation.isRevoked(await verify(accessToken))).toBe(true)
  expect(revocation.isRevoked(await verify(later.accessToken))).toBe(false)
})

/** Nine logouts of the subject, so that further ones may be folded. */
async function logOutNine({ sessions }: Awaited<ReturnType<typeof makeBoth>>) {
  for (let left = 9; left > 0; left--) await sessions.end((await login(sessions)).refreshToken)
}

test('a logout that is folded refuses a token that a process ahead has dated', async () => {
  const made = await makeBoth()
  const { sessions, clock, verify, revocation } = made
  await logOutNine(made)
  clock.advance(30)
  const ahead = await login(sessions)
  clock.advance(-25)
  const refreshed = await sessions.refresh(ahead.refreshToken, { client })
  clock.advance(20)
  await sessions.end({ sid: ahead.sid, subject: 'user-1' })
  clock.advance(40)
  expect(revocation.isRevoked(await verify(refreshed.accessToken))).toBe(true)
})

test('a logout that is folded refuses a replay within the grace of another client policy', async () => {
  const made = await makeBoth()
  const { sessions, clock, verify, revocation } = made
  const longer = makeSessions({ store: made.store, grace: 60, now: clock.now })
  await logOutNine(made)
  const first = await login(sessions)
  clock.advance(450)
  await longer.sessions.refresh(first.refreshToken, { client })
  clock.advance(40)
  const replayed = await longer.sessions.refresh(first.refreshToken, { client })
  clock.advance(100)
  await sessions.end({ sid: first.sid, subject: 'user-1' })
  expect(revocation.isRevoked(await verify(replayed.accessToken))).toBe(true)
})

test('the end of many by one cut-off refuses a replay that comes after the cut-off', async () => {
  const { sessions: stored } = memoryStores()
  const made = await makeWithRevocation({
    store: {
      ...stored,
      list: async (...args) => {
        const found = await stored.list(...args)
        if (late.first !== undefined) {
          made.clock.advance(2)
          late.replayed ??= await made.sessions.refresh(late.first.refreshToken, { client })
        }
        return found
      },
    },
  })
  open.push(made.revocation)
  const { sessions, clock, verify, revocation } = made
  const late: { first?: TokenResponse; replayed?: TokenResponse } = {}
  for (let left = 40; left > 0; left--) await login(sessions)
  const one = await login(sessions)
  clock.advance(450)
  await sessions.refresh(one.refreshToken, { client })
  late.first = one
  await sessions.endAll('user-1')
  expect(revocation.isRevoked(await verify(late.replayed?.accessToken ?? ''))).toBe(true)
})

import { afterEach, expect, test } from 'vitest'
import type { Revocation } from '../../src/revocation/index.js'
import { client, codeOf, login, makeWithRevocation } from './setup.js'

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

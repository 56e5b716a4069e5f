import { expect, test } from 'vitest'
import { openSso, ssoClient } from '../../../apps/auth-service/src/oauth/authorize/sso.js'
import { makeSessions } from '../../session/setup.js'

function open() {
  const made = makeSessions({ grace: 60 })
  const revoked = new Set<string>()
  const sso = openSso({
    ...{ sessions: made.sessions, store: made.store, now: made.clock.now },
    revocation: { isSidRevoked: (sid) => revoked.has(sid) },
    ...{ absoluteTtl: 86_400, idleTtl: 3600 },
  })
  const logIn = async (cookie?: string, subject = 'user-1') => {
    const request = { subject, client: ssoClient, authentication: { amr: ['pwd'] } }
    return sso.kept(await sso.sessionsFor(cookie).issue(request))
  }
  return { ...made, revoked, sso, logIn }
}

const cookieOf = ({ setCookie }: { readonly setCookie: readonly string[] }) =>
  setCookie[0]?.split(';')[0] ?? ''

test('the cookie of a login finds it, with when and how the user logged in', async () => {
  const { sso, logIn, clock } = open()
  const kept = await logIn()
  expect(kept.setCookie[0]).toMatch(
    /^__Host-sso=[^;]+; Max-Age=3600; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
  )
  expect(kept.login).toMatchObject({
    ...{ subject: 'user-1', authTime: clock.now(), amr: ['pwd'] },
    expiresAt: clock.now() + 86_400,
  })
  const found = await sso.find(`a=b; ${cookieOf(kept)}`)
  expect(found?.login).toEqual(kept.login)
  expect(cookieOf(found ?? kept)).not.toBe(cookieOf(kept))
})

test.each(['', '__Host-sso=', '__Host-sso=x', 'other=1'])('%j is no login', async (cookie) => {
  const { sso } = open()
  expect(await sso.find(cookie)).toBeUndefined()
})

test('two cookies of that name are no login, and are cleared', async () => {
  const { sso, logIn } = open()
  const cookie = cookieOf(await logIn())
  expect(await sso.find(`${cookie}; ${cookie}`)).toBeUndefined()
  expect(sso.cleared(`${cookie}; ${cookie}`)[0]).toMatch(/^__Host-sso=; Max-Age=0; /)
  expect(sso.cleared('other=1')).toEqual([])
})

test('the same user goes on in the session of the browser', async () => {
  const { sso, logIn } = open()
  const first = await logIn()
  const second = await logIn(cookieOf(first))
  expect(second.login.sid).toBe(first.login.sid)
  expect(await sso.find(cookieOf(second))).toBeDefined()
})

test("a login ends the session of another user in the browser's cookie", async () => {
  const { sso, logIn } = open()
  const first = await logIn()
  const second = await logIn(cookieOf(first), 'user-2')
  expect(await sso.isLive(first.login.sid)).toBe(false)
  expect(await sso.isLive(second.login.sid)).toBe(true)
})

test('a session is not live once it has ended, expired or been revoked', async () => {
  const { sso, logIn, clock, revoked } = open()
  const [ended, refused, idle] = [await logIn(), await logIn(), await logIn()]
  await sso.end(ended.login)
  expect(await sso.isLive(ended.login.sid)).toBe(false)
  expect(await sso.find(cookieOf(ended))).toBeUndefined()
  revoked.add(refused.login.sid)
  expect(await sso.isLive(refused.login.sid)).toBe(false)
  expect(await sso.isLive(idle.login.sid)).toBe(true)
  clock.advance(7 * 86_400)
  expect(await sso.isLive(idle.login.sid)).toBe(false)
})

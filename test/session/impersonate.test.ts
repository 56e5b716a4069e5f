import { describe, expect, test } from 'vitest'
import type { ImpersonationEvent } from '../../src/session/index.js'
import { codeOf, client, makeSessions, makeWithRevocation } from './setup.js'

const states = {
  'admin-1': { claims: { roles: ['support', 'admin'] }, scope: 'read write admin' },
  'support-1': { claims: { roles: ['support'] }, scope: 'read' },
  'user-1': { claims: { roles: [], tier: 'gold' } },
  'user-2': { claims: { roles: [] } },
  'silent-1': { claims: { role: 'admin' } },
  'odd-1': { claims: { roles: 'admin' } },
} as const
const loadSubject = (subject: string) =>
  Promise.resolve(Object.entries(states).find(([name]) => name === subject)?.[1])
const options = { impersonation: {}, loadSubject }

async function begin(name = 'admin-1') {
  const events: ImpersonationEvent[] = []
  const hooks = { onImpersonated: (event: ImpersonationEvent) => events.push(event) }
  const made = await makeWithRevocation({ ...options, hooks })
  const facts = { org: 'of the actor' }
  const authentication = { acr: 'urn:example:two' }
  const request = { subject: name, client, scope: 'read write', facts, authentication }
  const tokens = await made.sessions.issue(request)
  return { ...made, events, tokens, actor: { sid: tokens.sid, subject: name } }
}

describe('an impersonation', () => {
  test('an impersonation token is the subject’s for ten minutes, names the actor, and has nothing of how the actor logged in', async () => {
    const { sessions, verify, clock, actor, events } = await begin()
    const answer = await sessions.impersonate(actor, 'user-1')
    const { claims } = await verify(answer.accessToken)
    expect(claims).toMatchObject({ sub: 'user-1', act: { sub: 'admin-1' }, sid: actor.sid })
    expect(claims).toMatchObject({
      roles: [],
      tier: 'gold',
      client_id: client,
      scope: 'read write',
    })
    expect(claims.exp).toBe(clock.now() + 600)
    for (const name of ['auth_time', 'acr', 'amr', 'org']) expect(claims).not.toHaveProperty(name)
    expect(answer).not.toHaveProperty('refreshToken')
    const at = clock.now()
    expect(events).toEqual([{ at, sid: actor.sid, subject: 'user-1', client, actor: 'admin-1' }])
  })

  test('the scope of an impersonation is no wider than either may have', async () => {
    const { sessions, actor } = await begin('support-1')
    expect((await sessions.impersonate(actor, 'user-1')).scope).toBe('read')
  })

  test('the scope of an impersonation is no wider than the actor may have by now', async () => {
    const limits = { 'admin-1': 'read write', 'user-1': 'read write' }
    const scopeOf = (name: string) => Object.entries(limits).find(([each]) => each === name)?.[1]
    const { sessions } = makeSessions({
      impersonation: {},
      loadSubject: (name) => Promise.resolve({ claims: { roles: [] }, scope: scopeOf(name) ?? '' }),
    })
    const { sid } = await sessions.issue({ subject: 'admin-1', client, scope: 'read write' })
    limits['admin-1'] = 'read'
    const answer = await sessions.impersonate({ sid, subject: 'admin-1' }, 'user-1')
    expect(answer.scope).toBe('read')
  })

  test('an impersonation is refused for a subject with a role that the actor lacks, for itself, and for roles that cannot be read or have another name', async () => {
    const { sessions, actor, events } = await begin('support-1')
    expect(await codeOf(sessions.impersonate(actor, 'admin-1'))).toBe('FORBIDDEN')
    expect(await codeOf(sessions.impersonate(actor, 'support-1'))).toBe('FORBIDDEN')
    expect(await codeOf(sessions.impersonate(actor, 'user-9'))).toBe('SUBJECT_REFUSED')
    for (const name of ['odd-1', 'silent-1'])
      await expect(sessions.impersonate(actor, name)).rejects.toThrow(/"roles" must be an array/)
    await sessions.impersonate(actor, 'user-2')
    expect(events.map(({ subject }) => subject)).toEqual(['user-2'])
  })

  test('an impersonation ends with the session of the actor', async () => {
    const { sessions, verify, actor, tokens, revocation } = await begin()
    const token = await verify((await sessions.impersonate(actor, 'user-1')).accessToken)
    expect(revocation.isRevoked(token)).toBe(false)
    await sessions.end(tokens.refreshToken)
    expect(revocation.isRevoked(token)).toBe(true)
    expect(await codeOf(sessions.impersonate(actor, 'user-1'))).toBe('REFRESH_ENDED')
  })

  test('an impersonation ends when the actor has so many sessions that a cut-off ends them', async () => {
    const { sessions, verify, actor, clock, revocation } = await begin()
    for (let more = 0; more < 40; more++) await sessions.issue({ subject: 'admin-1', client })
    clock.advance(200)
    const token = await verify((await sessions.impersonate(actor, 'user-1')).accessToken)
    await sessions.endAll('admin-1')
    expect(revocation.isRevoked(token)).toBe(true)
    revocation.close()
  })

  test('an impersonation ends when the actor logs out of so many sessions that a cut-off takes the place of entries', async () => {
    const { sessions, verify, actor, clock, revocation } = await begin()
    for (let more = 0; more < 12; more++) {
      const { refreshToken } = await sessions.issue({ subject: 'admin-1', client })
      await sessions.end(refreshToken)
    }
    clock.advance(300)
    const token = await verify((await sessions.impersonate(actor, 'user-1')).accessToken)
    await sessions.end(actor)
    expect(revocation.isRevoked(token)).toBe(true)
    revocation.close()
  })

  test('with an impersonation token no session of the subject is ended, changed or stepped up', async () => {
    const { sessions, actor } = await begin()
    const victim = await sessions.issue({ subject: 'user-1', client })
    const asSubject = { sid: actor.sid, subject: 'user-1' }
    expect(await codeOf(sessions.end(asSubject))).toBe('REFRESH_UNKNOWN')
    expect(await codeOf(sessions.endOthers(asSubject))).toBe('REFRESH_UNKNOWN')
    expect(await codeOf(sessions.stepUp(asSubject))).toBe('REFRESH_UNKNOWN')
    expect(await codeOf(sessions.impersonate(asSubject, 'user-2'))).toBe('REFRESH_UNKNOWN')
    expect(await codeOf(sessions.refresh(victim.refreshToken, { client }))).toBeUndefined()
  })

  test('an impersonation is a fault of the program where it was not asked for', async () => {
    const { sessions } = makeSessions()
    const { sid } = await sessions.issue({ subject: 'user-1', client })
    const asked = sessions.impersonate({ sid, subject: 'user-1' }, 'user-2')
    await expect(asked).rejects.toThrow(/createSessions.impersonation/)
  })
})

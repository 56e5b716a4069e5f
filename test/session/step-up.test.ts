import { describe, expect, test } from 'vitest'
import type { SessionStore } from '../../src/session/ports.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { client, codeOf, login, makeSessions } from './setup.js'

const subject = 'user-1'

describe('a step-up', () => {
  test('the tokens of a step-up say when and how the user has logged in anew, in the same session with the same facts', async () => {
    const { sessions, verify, clock } = makeSessions()
    const authentication = { amr: ['pwd'], acr: 'urn:example:one' }
    const facts = { org: 'org-7' }
    const tokens = await sessions.issue({ subject, client, scope: 'read', facts, authentication })
    clock.advance(3600)
    const { sid } = tokens
    const stronger = await sessions.stepUp({ sid, subject }, { amr: ['pwd', 'hwk'] })
    const { claims } = await verify(stronger.accessToken)
    expect(claims).toMatchObject({ sid, org: 'org-7', scope: 'read', role: 'member' })
    expect(claims).toMatchObject({ auth_time: clock.now(), amr: ['pwd', 'hwk'] })
    expect(claims).not.toHaveProperty('acr')
    clock.advance(600)
    const next = await sessions.refresh(stronger.refreshToken, { client })
    expect((await verify(next.accessToken)).claims['auth_time']).toBe(clock.now() - 600)
    expect(await sessions.list(subject)).toHaveLength(1)
  })

  test('a copied refresh token gets nothing by it: refused a moment later, and a theft once the owner has gone on', async () => {
    const { sessions, clock, seen } = makeSessions()
    const { sid, refreshToken: copied } = await login(sessions)
    const { refreshToken } = await sessions.stepUp({ sid, subject })
    expect(await codeOf(sessions.refresh(copied, { client }))).toBe('REFRESH_SUPERSEDED')
    clock.advance(600)
    expect(await codeOf(sessions.refresh(copied, { client }))).toBe('REFRESH_SUPERSEDED')
    const next = await sessions.refresh(refreshToken, { client })
    expect(await codeOf(sessions.refresh(copied, { client }))).toBe('REFRESH_REUSED')
    expect(await codeOf(sessions.refresh(next.refreshToken, { client }))).toBe('REFRESH_ENDED')
    expect(seen.hooks.map(({ name }) => name)).toContain('onReused')
  })

  test('a copy that is used before the step-up does not get the new family', async () => {
    const { sessions, verify, clock } = makeSessions()
    const { sid, refreshToken: copied } = await login(sessions)
    clock.advance(400)
    const thief = await sessions.refresh(copied, { client })
    const { refreshToken } = await sessions.stepUp({ sid, subject })
    expect(await codeOf(sessions.refresh(thief.refreshToken, { client }))).toBe(
      'REFRESH_SUPERSEDED',
    )
    clock.advance(1)
    const next = await sessions.refresh(refreshToken, { client })
    expect((await verify(next.accessToken)).claims['auth_time']).toBe(clock.now() - 1)
  })

  test('a refresh in between does not lose the step-up', async () => {
    const { sessions: store } = memoryStores()
    let meanwhile = (): Promise<unknown> => Promise.resolve()
    const slow: SessionStore = {
      ...store,
      replace: async (request) => {
        const first = meanwhile
        meanwhile = () => Promise.resolve()
        await first()
        return store.replace(request)
      },
    }
    const { sessions } = makeSessions({ store: slow })
    const { sid, refreshToken } = await login(sessions)
    meanwhile = () => sessions.refresh(refreshToken, { client })
    const stronger = await sessions.stepUp({ sid, subject })
    expect(await codeOf(sessions.refresh(stronger.refreshToken, { client }))).toBeUndefined()
  })

  test('of two step-ups at once the later one counts', async () => {
    const { sessions } = makeSessions()
    const { sid } = await login(sessions)
    const both = await Promise.all([1, 2].map(() => sessions.stepUp({ sid, subject })))
    const codes = await Promise.all(
      both.map(({ refreshToken }) => codeOf(sessions.refresh(refreshToken, { client }))),
    )
    expect(codes.sort()).toEqual(['REFRESH_SUPERSEDED', undefined])
  })

  test('a step-up of another subject’s session, of an ended one and of a disabled subject is refused', async () => {
    const { sessions, subjects, store } = makeSessions()
    const { sid, refreshToken } = await login(sessions)
    expect(await codeOf(sessions.stepUp({ sid, subject: 'user-2' }))).toBe('REFRESH_UNKNOWN')
    const state = subjects.get(subject)
    subjects.delete(subject)
    expect(await codeOf(sessions.stepUp({ sid, subject }))).toBe('SUBJECT_REFUSED')
    expect((await store.findBySid(sid))?.generation).toBe(0)
    if (state) subjects.set(subject, state)
    await sessions.end(refreshToken)
    expect(await codeOf(sessions.stepUp({ sid, subject }))).toBe('REFRESH_ENDED')
  })
})

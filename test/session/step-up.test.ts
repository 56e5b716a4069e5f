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

  test('a copied refresh token gets nothing by it: refused at first, and a theft once the owner has gone on', async () => {
    const { sessions, clock, seen } = makeSessions()
    const { sid, refreshToken: copied } = await login(sessions)
    const { refreshToken } = await sessions.stepUp({ sid, subject })
    expect(await codeOf(sessions.refresh(copied, { client }))).toBe('REFRESH_PENDING')
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
    clock.advance(11)
    expect(await codeOf(sessions.refresh(thief.refreshToken, { client }))).toBe(
      'REFRESH_SUPERSEDED',
    )
    clock.advance(1)
    const next = await sessions.refresh(refreshToken, { client })
    expect((await verify(next.accessToken)).claims['auth_time']).toBe(clock.now() - 12)
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

  test('two step-ups at once, or one that is sent again, have one refresh token, whichever answer comes last', async () => {
    const { sessions, clock } = makeSessions()
    const { sid } = await login(sessions)
    const both = await Promise.all([1, 2].map(() => sessions.stepUp({ sid, subject })))
    clock.advance(10)
    const again = await sessions.stepUp({ sid, subject })
    const tokens = [...both, again].map(({ refreshToken }) => refreshToken)
    expect(new Set(tokens).size).toBe(1)
    clock.advance(1)
    expect((await sessions.stepUp({ sid, subject })).refreshToken).not.toBe(tokens[0])
  })

  test('no token that the owner may still have raises an alarm: of a refresh on its way, of a step-up before', async () => {
    const { sessions, clock, seen } = makeSessions()
    const { sid, refreshToken: first } = await login(sessions)
    clock.advance(400)
    const { refreshToken: second } = await sessions.refresh(first, { client })
    const { refreshToken: third } = await sessions.stepUp({ sid, subject })
    clock.advance(60)
    const { refreshToken: fourth } = await sessions.stepUp({ sid, subject })
    for (const [seconds, code] of [
      [0, 'REFRESH_PENDING'],
      [10, 'REFRESH_PENDING'],
      [1, 'REFRESH_SUPERSEDED'],
    ] as const) {
      clock.advance(seconds)
      for (const token of [first, second, third])
        expect(await codeOf(sessions.refresh(token, { client }))).toBe(code)
    }
    expect(await codeOf(sessions.refresh(fourth, { client }))).toBeUndefined()
    expect(seen.hooks.map(({ name }) => name)).not.toContain('onReused')
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

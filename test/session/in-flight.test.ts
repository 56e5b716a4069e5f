import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { client, codeOf, login, makeSessions } from './setup.js'

const grace = 10

describe('refreshes that are in flight when another one rotates', () => {
  test('refreshes in flight are all answered alike, also one that comes after the first has asked again', async () => {
    const { sessions, clock, seen } = makeSessions({ grace })
    const { refreshToken: old } = await login(sessions)
    clock.advance(450)
    const first = await sessions.refresh(old, { client })
    clock.advance(1)
    // The second tab starts with what the first one has put away, while two more are under way with the old one.
    const second = await sessions.refresh(first.refreshToken, { client })
    clock.advance(1)
    for (const late of [sessions.refresh(old, { client }), sessions.refresh(old, { client })])
      expect((await late).refreshToken).toBe(second.refreshToken)
    expect(second.refreshToken).toBe(first.refreshToken)
    expect(seen.revoked).toEqual([])
    expect(await sessions.list('user-1')).toHaveLength(1)
  })

  test('refreshes in flight get an access token each', async () => {
    const { sessions, clock, verify } = makeSessions({ grace })
    clock.advance(450)
    const { refreshToken } = await sessions.refresh((await login(sessions)).refreshToken, {
      client,
    })
    const again = [await sessions.refresh(refreshToken, { client })]
    again.push(await sessions.refresh(refreshToken, { client }))
    const ids = await Promise.all(
      again.map(async ({ accessToken }) => (await verify(accessToken)).claims.jti),
    )
    expect(new Set(ids).size).toBe(2)
  })

  /** A tab sends the newest token that has arrived by then; the request takes less than the grace to come in. */
  const request = fc.record({
    waitMs: fc.oneof(fc.nat({ max: 3000 }), fc.nat({ max: 3_600_000 })),
    flightMs: fc.nat({ max: grace * 1000 - 1 }),
  })

  test('refreshes in flight never raise an alarm as long as each takes less than the grace', async () => {
    const kinds = new Set<string>()
    const scenario = fc.asyncProperty(
      fc.array(request, { minLength: 2, maxLength: 30 }),
      async (requests) => {
        const { sessions, clock, seen } = makeSessions({ grace, recoverWithin: 0 })
        let sentMs = 0
        const flights = requests.map(({ waitMs, flightMs }) => {
          sentMs += waitMs
          return { sentMs, arrivesMs: sentMs + flightMs }
        })
        const held = [{ sinceMs: 0, token: (await login(sessions)).refreshToken }]
        let nowMs = 0
        for (const { sentMs, arrivesMs } of flights.sort((a, b) => a.arrivesMs - b.arrivesMs)) {
          clock.advance((arrivesMs - nowMs) / 1000)
          nowMs = arrivesMs
          const token = held.findLast(({ sinceMs }) => sinceMs <= sentMs)?.token ?? ''
          const answer = await sessions.refresh(token, { client })
          held.push({ sinceMs: nowMs, token: answer.refreshToken })
        }
        for (const { name } of seen.hooks) kinds.add(name)
        expect(seen.revoked).toEqual([])
      },
    )
    await fc.assert(scenario, { numRuns: 300 })
    expect([...kinds].sort()).toEqual(['onRefreshed', 'onReplayed'])
  })
})

describe('a token younger than the grace', () => {
  test('a young token stays until the grace is over, then rotates, and its parent is reuse from then on', async () => {
    const { sessions, clock, seen } = makeSessions({ grace })
    const { refreshToken: old } = await login(sessions)
    const { refreshToken } = await sessions.refresh(old, { client })
    clock.advance(grace)
    expect((await sessions.refresh(refreshToken, { client })).refreshToken).toBe(refreshToken)
    clock.advance(1)
    expect((await sessions.refresh(refreshToken, { client })).refreshToken).not.toBe(refreshToken)
    expect(seen.hooks.map(({ name }) => name)).toEqual(['onRefreshed', 'onReplayed', 'onRefreshed'])
    expect(await codeOf(sessions.refresh(old, { client }))).toBe('REFRESH_REUSED')
  })

  test('the first token of a login rotates at once: nothing older is under way', async () => {
    const { sessions } = makeSessions({ grace })
    const { refreshToken } = await login(sessions)
    expect((await sessions.refresh(refreshToken, { client })).refreshToken).not.toBe(refreshToken)
  })

  test('a young token rotates at once when there is no grace', async () => {
    const { sessions } = makeSessions({ grace: 0, refreshWindow: 60 })
    const { refreshToken } = await sessions.refresh((await login(sessions)).refreshToken, {
      client,
    })
    expect((await sessions.refresh(refreshToken, { client })).refreshToken).not.toBe(refreshToken)
  })

  test('a young token stays after a recovery too, which makes a token as well', async () => {
    const { sessions, clock } = makeSessions({ grace })
    const { refreshToken: old } = await login(sessions)
    await sessions.refresh(old, { client })
    clock.advance(60)
    const recovered = await sessions.refresh(old, { client })
    clock.advance(5)
    for (const token of [recovered.refreshToken, old, recovered.refreshToken])
      expect((await sessions.refresh(token, { client })).refreshToken).toBe(recovered.refreshToken)
  })
})

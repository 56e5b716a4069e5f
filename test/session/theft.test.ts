import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount } from '../setup/amount.js'
import { client, codeOf, login, makeSessions, makeWithRevocation } from './setup.js'

const grace = 10
const recovery = fc.constantFrom(0, 600, 3600)
const runs = { numRuns: amount({ short: 150, full: 10_000 }) }
const timeout = 600_000

/** Someone with a refresh token. */
interface Holder {
  token: string
}

describe('a history of an owner and a thief', () => {
  const move = fc.record({
    byThief: fc.boolean(),
    wait: fc.integer({ min: grace + 1, max: 7200 }),
    /** Asking again with what was just given, at moments that all lie within the grace. */
    again: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
  })

  test(
    'a theft always ends the session and its access tokens once either side comes back after the other',
    { timeout },
    async () => {
      const scenario = fc.asyncProperty(
        fc.nat({ max: 5 }),
        fc.array(move, { minLength: 1, maxLength: 12 }),
        recovery,
        async (honest, moves, recoverWithin) => {
          const both = await makeWithRevocation({ recoverWithin })
          const { sessions, clock, seen, verify, revocation } = both
          const first = await login(sessions)
          const given = [first.accessToken]
          const owner: Holder = { token: first.refreshToken }
          const present = async (holder: Holder): Promise<boolean> => {
            try {
              const { refreshToken, accessToken } = await sessions.refresh(holder.token, { client })
              holder.token = refreshToken
              given.push(accessToken)
              return true
            } catch {
              return false
            }
          }
          for (let round = 0; round < honest; round++) {
            clock.advance(450)
            expect(await present(owner)).toBe(true)
          }
          const thief: Holder = { token: owner.token }
          let turns = 0
          let last: Holder | undefined
          for (const { byThief, wait, again } of moves) {
            clock.advance(wait)
            const holder = byThief ? thief : owner
            const alive = await present(holder)
            if (last !== undefined && last !== holder) turns++
            last = holder
            if (!alive) break
            const { token } = holder
            for (const moment of again) {
              clock.advance(moment)
              expect(await present(holder)).toBe(true)
              expect(holder.token).toBe(token)
            }
          }
          const ended = (await sessions.list('user-1')).length === 0
          const alarms = seen.hooks.filter(({ name }) => name === 'onReused').length
          // One side moves, the other comes (and may recover), the first comes back: found out at the latest then.
          if (turns >= 2) expect(ended).toBe(true)
          expect(alarms).toBe(ended ? 1 : 0)
          for (const accessToken of given) {
            const verified = await verify(accessToken).catch(() => undefined) // expired by now
            if (verified) expect(revocation.isRevoked(verified)).toBe(ended)
          }
          revocation.close()
          if (!ended) return
          for (const { token } of [owner, thief])
            expect(await codeOf(sessions.refresh(token, { client }))).toBe('REFRESH_ENDED')
        },
      )
      await fc.assert(scenario, runs)
    },
  )
})

describe('a history of an honest client', () => {
  const step = fc.record({
    wait: fc.oneof(fc.nat({ max: grace }), fc.nat({ max: 3600 })),
    lost: fc.boolean(),
    tabs: fc.integer({ min: 1, max: 4 }),
  })

  test(
    'an honest client never causes an alarm or an end: replies get lost, tabs race, phones go offline',
    { timeout },
    async () => {
      const seenKinds = new Set<string>()
      const scenario = fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        async (steps) => {
          const { sessions, clock, seen } = makeSessions()
          let token = (await login(sessions)).refreshToken
          for (const { wait, lost, tabs } of steps) {
            // Back within the hour that a lost reply can be recovered from, counted from the rotation itself.
            const moved = seen.hooks.filter(({ name }) => name !== 'onReplayed').at(-1)
            const age = clock.now() - (moved?.event.at ?? clock.now())
            clock.advance(Math.min(wait, 3600 - age))
            const answers = await Promise.all(
              Array.from({ length: tabs }, () => sessions.refresh(token, { client })),
            )
            expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1)
            if (!lost) token = answers[0]?.refreshToken ?? ''
          }
          for (const { name } of seen.hooks) seenKinds.add(name)
          expect(seen.hooks.some(({ name }) => name === 'onReused')).toBe(false)
          expect(seen.revoked).toEqual([])
        },
      )
      await fc.assert(scenario, { numRuns: amount({ short: 75, full: 10_000 }) })
      expect([...seenKinds].sort()).toEqual(['onRecovered', 'onRefreshed', 'onReplayed'])
    },
  )
})

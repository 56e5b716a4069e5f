import { createHash } from 'node:crypto'
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { FamilyStore } from '../../src/sessions/index.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import {
  checkRefreshHistory,
  type HistoryEvent,
  type RefreshHistory,
} from '../../src/testkit/index.js'
import { amount } from '../setup/amount.js'
import { client, login, makeWithRevocation } from './setup.js'

const folder = mkdtempSync(join(tmpdir(), 'jotgate-recorded-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const grace = 10
const fingerprint = (token: string) =>
  createHash('sha256').update(token).digest('base64url').slice(0, 12)

/** One step of whoever holds a token: how long after the one before, how often at once, and whether the answer is lost. */
const step = fc.record({
  party: fc.constantFrom('owner', 'owner', 'owner', 'thief'),
  wait: fc.oneof(fc.nat({ max: 15 }), fc.nat({ max: 4000 })),
  tabs: fc.integer({ min: 1, max: 3 }),
  lost: fc.boolean(),
  logout: fc.nat({ max: 30 }).map((n) => n === 0),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Plays steps on a real issuer and writes down what happened, as whoever operates it could. */
async function record(
  families: FamilyStore,
  steps: readonly Step[],
  recoverWithin: number,
): Promise<RefreshHistory> {
  const events: HistoryEvent[] = []
  const made = await makeWithRevocation({ families, grace, recoverWithin })
  const { issuer, clock, seen, verify, revocation } = made
  const first = await login(issuer)
  const family = first.sid
  events.push({ kind: 'login', family, at: clock.now() })
  const holders = new Map([['owner', first.refreshToken]])
  const access = [first.accessToken]
  let alarms = 0
  let waiting = false
  /** Seconds in which whoever lost an answer can still be given one. */
  const left = () => {
    const moved = seen.hooks.filter(({ name }) => name !== 'onReplayed').at(-1)
    const age = clock.now() - (moved?.event.at ?? clock.now())
    return Math.max(0, Math.max(grace, recoverWithin) - age)
  }
  for (const { party, wait, tabs, lost, logout } of steps) {
    // An owner whose answer was lost comes back in time: for later than that there is a login.
    clock.advance(waiting ? Math.min(wait, left()) : wait)
    waiting = lost || (waiting && party === 'thief')
    if (!holders.has(party)) {
      holders.set(party, holders.get('owner') ?? '')
      events.push({ kind: 'stolen', family, at: clock.now() })
    }
    const token = holders.get(party) ?? ''
    const ask = async () => {
      const invoked = clock.now()
      const base = {
        kind: 'refresh',
        family,
        party,
        presented: fingerprint(token),
        invoked,
      } as const
      try {
        const answer = await issuer.refresh(token, { client })
        const successor = fingerprint(answer.refreshToken)
        const outcome = lost ? 'lost' : 'answered'
        events.push({ ...base, returned: clock.now(), outcome, successor })
        if (lost) return
        holders.set(party, answer.refreshToken)
        access.push(answer.accessToken)
      } catch (error) {
        const { code } = error as { code: string }
        events.push({ ...base, returned: clock.now(), outcome: 'refused', code })
      }
    }
    await Promise.all(Array.from({ length: tabs }, ask))
    if (logout) {
      await issuer.end({ sid: family, subject: 'user-1' })
      events.push({ kind: 'logout', family, at: clock.now() })
    }
    const heard = seen.hooks.filter(({ name }) => name === 'onReused').length
    for (; alarms < heard; alarms++) events.push({ kind: 'alarm', family, at: clock.now() })
    for (const each of access) {
      const token = await verify(each).catch(() => undefined)
      if (token)
        events.push({
          kind: 'access',
          family,
          at: clock.now(),
          accepted: !revocation.isRevoked(token),
        })
    }
  }
  revocation.close()
  return { grace, recoverWithin, events }
}

const stores: Readonly<Record<string, () => Promise<FamilyStore>>> = {
  memory: () => Promise.resolve(memoryStores().families),
  SQLite: async () => {
    const file = join(folder, 'recorded.db')
    return sqliteStores(await openSqlite(file)).families
  },
}
const amounts = {
  memory: amount({ short: 200, full: 10_000 }),
  SQLite: amount({ short: 20, full: 1000 }),
}

describe.each(Object.keys(amounts) as (keyof typeof amounts)[])('over %s', (name) => {
  test(
    'what is recorded of owners and thieves breaks no invariant, nor of owners who recover',
    { timeout: 600_000 },
    async () => {
      const families = await (stores[name] ?? expect.unreachable)()
      const kinds = new Set<string>()
      const scenario = fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 15 }),
        fc.constantFrom(0, 600, 3600),
        async (steps, recoverWithin) => {
          // With recovery an owner and a thief can recover by turns, which the checker takes for a breach before it is one.
          const played =
            recoverWithin === 0
              ? steps
              : steps.map((each) => ({ ...each, party: 'owner' as const }))
          const history = await record(families, played, recoverWithin)
          // Offline: as it comes out of a log.
          const read = JSON.parse(JSON.stringify(history)) as RefreshHistory
          for (const { kind } of read.events) kinds.add(kind)
          expect(checkRefreshHistory(read)).toEqual([])
        },
      )
      await fc.assert(scenario, { numRuns: amounts[name] })
      for (const kind of ['login', 'stolen', 'refresh', 'alarm', 'access'])
        expect(kinds).toContain(kind)
    },
  )
})

test('the same log with a line less, or one changed, is found out', async () => {
  const owner: Step = { party: 'owner', wait: 400, tabs: 1, lost: false, logout: false }
  const steps: Step[] = [
    owner,
    owner,
    { ...owner, party: 'thief' },
    owner,
    { ...owner, wait: 20 },
    { ...owner, party: 'thief' },
  ]
  const { events, ...policy } = await record(memoryStores().families, steps, 0)
  const check = (changed: readonly HistoryEvent[]) =>
    checkRefreshHistory({ ...policy, events: changed }).map(({ invariant }) => invariant)
  expect(check(events)).toEqual([])
  expect(events.some(({ kind }) => kind === 'alarm')).toBe(true)
  expect(check(events.filter(({ kind }) => kind !== 'alarm'))).toContain('X5')
  expect(check(events.filter(({ kind }) => kind !== 'stolen'))).toContain('X4')
  const revived = events.map((event) =>
    event.kind === 'access' ? { ...event, at: event.at + 60, accepted: true } : event,
  )
  expect(check(revived)).toContain('X5')
})

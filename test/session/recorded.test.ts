import { createHash } from 'node:crypto'
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { SessionStore, SessionsOptions } from '../../src/session/index.js'
import { decideRotation, type RotateRequest, type RotateResult } from '../../src/session/ports.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import {
  checkRefreshHistory,
  type HistoryEvent,
  type Invariant,
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
  wait: fc.oneof(fc.nat({ max: 15 }), fc.nat({ max: 600 }), fc.nat({ max: 4000 })),
  tabs: fc.integer({ min: 1, max: 3 }),
  lost: fc.boolean(),
  logout: fc.nat({ max: 30 }).map((n) => n === 0),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** What the log says of the issuer; what is otherwise with it, where it is one that breaks its word. */
interface Site {
  readonly store: SessionStore
  readonly recoverWithin: number
  readonly otherwise?: Partial<SessionsOptions>
}

/** Plays steps on a real issuer and writes down what happened, as whoever operates it could. */
async function record(site: Site, steps: readonly Step[]): Promise<RefreshHistory> {
  const { store, recoverWithin, otherwise } = site
  const events: HistoryEvent[] = []
  const made = await makeWithRevocation({ store, grace, recoverWithin, ...otherwise })
  const { sessions, clock, seen, verify, revocation } = made
  const first = await login(sessions)
  const session = first.sid
  events.push({ kind: 'login', session, at: clock.now() })
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
      events.push({ kind: 'stolen', session, at: clock.now() })
    }
    const token = holders.get(party) ?? ''
    const ask = async () => {
      const invoked = clock.now()
      const base = {
        kind: 'refresh',
        session,
        party,
        presented: fingerprint(token),
        invoked,
      } as const
      try {
        const answer = await sessions.refresh(token, { client })
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
      await sessions.end({ sid: session, subject: 'user-1' })
      events.push({ kind: 'logout', session, at: clock.now() })
    }
    const heard = seen.hooks.filter(({ name }) => name === 'onReused').length
    for (; alarms < heard; alarms++) events.push({ kind: 'alarm', session, at: clock.now() })
    for (const each of access) {
      const token = await verify(each).catch(() => undefined)
      if (token)
        events.push({
          kind: 'access',
          session,
          at: clock.now(),
          accepted: !revocation.isRevoked(token),
        })
    }
  }
  revocation.close()
  return { grace, recoverWithin, events }
}

const stores: Readonly<Record<string, () => Promise<SessionStore>>> = {
  memory: () => Promise.resolve(memoryStores().sessions),
  SQLite: async () => {
    const file = join(folder, 'recorded.db')
    return sqliteStores(await openSqlite(file)).sessions
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
      const store = await (stores[name] ?? expect.unreachable)()
      const kinds = new Set<string>()
      const scenario = fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 15 }),
        fc.constantFrom(0, 600, 3600),
        async (steps, recoverWithin) => {
          const history = await record({ store, recoverWithin }, steps)
          // Offline: as it comes out of a log.
          const read = JSON.parse(JSON.stringify(history)) as RefreshHistory
          for (const { kind } of read.events) kinds.add(kind)
          if (recoverWithin > 0 && isRecoveredByTurns(read)) kinds.add('recovered by turns')
          expect(checkRefreshHistory(read)).toEqual([])
        },
      )
      await fc.assert(scenario, { numRuns: amounts[name] })
      const met = ['login', 'stolen', 'refresh', 'alarm', 'logout', 'access', 'recovered by turns']
      expect([...kinds].sort()).toEqual(met.sort())
    },
  )
})

/** Two parties have got two successors of one token. */
function isRecoveredByTurns({ events }: RefreshHistory): boolean {
  const answers = events.filter((event) => event.kind === 'refresh' && event.successor)
  return answers.some((one) =>
    answers.some(
      (other) =>
        one.kind === 'refresh' &&
        other.kind === 'refresh' &&
        one.party !== other.party &&
        one.presented === other.presented &&
        one.successor !== other.successor,
    ),
  )
}

/** Issuers that break their word, each in one thing, and the invariant that it breaks. */
const broken: readonly (readonly [Invariant, string, () => Partial<SessionsOptions>])[] = [
  ['X5', 'has a longer grace than it says', () => ({ grace: 60, refreshWindow: 360 })],
  ['X1', 'recovers for longer than it says', () => ({ recoverWithin: 7200 })],
  ['X5', 'recovers by the successor that there is', () => leavesAlone('recovered')],
  ['X5', 'ends nothing when it finds a theft', () => leavesAlone('reused')],
  ['X5', 'revokes nothing when it finds a theft', () => ({ revoke: () => Promise.resolve() })],
  ['X5', 'tells of nothing', () => ({ hooks: {} })],
]

/** Over a store that answers so, and does nothing. */
function leavesAlone(kind: 'recovered' | 'reused'): Partial<SessionsOptions> {
  const store = memoryStores().sessions
  const rotate = async (request: RotateRequest): Promise<RotateResult> => {
    const session = await store.find(request.id)
    const isMeant = session && decideRotation(session, request).kind === kind
    return isMeant ? { kind, session } : store.rotate(request)
  }
  return { store: { ...store, rotate } }
}

test.each(broken)(
  '%s is broken in a log of owners and thieves at an issuer that %s',
  async (invariant, _, otherwise) => {
    const found = new Set<string>()
    const lives = fc.sample(fc.array(step, { minLength: 8, maxLength: 15 }), 200)
    for (const steps of lives) {
      const site = { store: memoryStores().sessions, recoverWithin: 600, otherwise: otherwise() }
      for (const breach of checkRefreshHistory(await record(site, steps)))
        found.add(breach.invariant)
      if (found.has(invariant)) return
    }
    expect([...found]).toContain(invariant)
  },
)

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
  const { events, ...policy } = await record(
    { store: memoryStores().sessions, recoverWithin: 0 },
    steps,
  )
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

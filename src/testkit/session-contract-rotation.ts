import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import {
  endedSession,
  type StoredSession,
  type SessionStore,
  type RotateRequest,
  type RotateResult,
} from '../session/ports.js'
import type { ContractCase } from './contract.js'
import { keep, sampleSession, sampleRequest, start, type Kept } from './sample-session.js'

/** Time of the first rotation of every sample. */
const first = start + 450

/** Rotates once and then asks again; returns the second result. */
async function again(kept: Kept, changes: Partial<RotateRequest>): Promise<RotateResult> {
  strictEqual((await kept.rotate({ now: first })).kind, 'rotated')
  return kept.rotate({ now: first, ...changes })
}

/** Expects the kind of a result, and that the store contains the session of the result. */
async function expectKept(
  { store, session }: Kept,
  result: RotateResult,
  kind: RotateResult['kind'],
): Promise<StoredSession> {
  strictEqual(result.kind, kind)
  ok('session' in result)
  deepStrictEqual(await store.find(session.id), result.session)
  return result.session
}

/** A refusal that does not change the session. */
function unchanged(
  name: string,
  kind: RotateResult['kind'],
  changes: Partial<RotateRequest>,
): ContractCase<SessionStore> {
  return {
    name,
    run: async (makeStore) => {
      const kept = await keep(makeStore, { absoluteExpiry: start + 700_000 })
      deepStrictEqual(await expectKept(kept, await kept.rotate(changes), kind), kept.session)
    },
  }
}

const successes: readonly ContractCase<SessionStore>[] = [
  {
    name: 'the current number rotates: one generation on, the replaced one is the parent',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      const after = await expectKept(kept, await kept.rotate({ now: first }), 'rotated')
      const expected = { generation: 1, parent: 0, rotatedAt: first, idleExpiry: first + 604_800 }
      deepStrictEqual(after, { ...kept.session, ...expected })
    },
  },
  {
    name: 'each successor rotates in turn',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      for (let generation = 0; generation < 5; generation++) {
        const result = await kept.rotate({ presented: generation, now: first + generation * 11 })
        const after = await expectKept(kept, result, 'rotated')
        strictEqual(after.generation, generation + 1)
        strictEqual(after.parent, generation)
      }
    },
  },
  {
    name: 'the parent within the grace is replayed, and nothing changes: the grace does not restart',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      const after = await expectKept(kept, await again(kept, { now: first + 10 }), 'replayed')
      strictEqual(after.generation, 1)
      strictEqual(after.rotatedAt, first)
    },
  },
  {
    name: 'the parent is replayed every time within the grace',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      await again(kept, {})
      for (let wait = 1; wait <= 10; wait++)
        strictEqual((await kept.rotate({ now: first + wait })).kind, 'replayed')
    },
  },
  {
    name: 'the successor within the grace of its own making is replayed, and nothing changes',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      const before = await again(kept, {})
      for (const wait of [-60, -5, 0, 10]) {
        const result = await kept.rotate({ presented: 1, now: first + wait })
        const after = await expectKept(kept, result, 'replayed')
        deepStrictEqual(after, 'session' in before && before.session)
      }
    },
  },
  {
    name: 'the successor rotates when the grace is over, and when the clock was put back by more than a minute',
    run: async (makeStore) => {
      for (const wait of [11, -61]) {
        const kept = await keep(makeStore)
        const result = await again(kept, { presented: 1, now: first + wait })
        const after = await expectKept(kept, result, 'rotated')
        strictEqual(after.generation, 2)
        strictEqual(after.rotatedAt, first + wait)
      }
    },
  },
  {
    name: 'the token of a login rotates at once, because it has no predecessor in use',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      await expectKept(kept, await kept.rotate({ now: start }), 'rotated')
    },
  },
  {
    name: 'without a grace every successor rotates at once',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      const strict = { grace: 0, recoverWithin: 0 }
      await expectKept(kept, await again(kept, { presented: 1, ...strict }), 'rotated')
      const behind = { presented: 2, now: first - 1, ...strict }
      await expectKept(kept, await kept.rotate(behind), 'rotated')
    },
  },
  {
    name: 'the parent after the grace recovers: a generation on, the parent stays',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      const after = await expectKept(kept, await again(kept, { now: first + 11 }), 'recovered')
      strictEqual(after.generation, 2)
      strictEqual(after.parent, 0)
      strictEqual(after.rotatedAt, first + 11)
      strictEqual(after.idleExpiry, first + 11 + 604_800)
    },
  },
  {
    name: 'a recovery is replayed within its own grace, for the parent and for the token it made',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      await again(kept, { now: first + 3600 })
      for (const presented of [0, 2, 0]) {
        const result = await kept.rotate({ presented, now: first + 3605 })
        strictEqual((await expectKept(kept, result, 'replayed')).generation, 2)
      }
    },
  },
  {
    name: 'the successor that a recovery passed over is reuse',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      await again(kept, { now: first + 20 })
      await expectKept(kept, await kept.rotate({ presented: 1, now: first + 21 }), 'reused')
    },
  },
  {
    name: 'the idle expiry never passes the absolute one',
    run: async (makeStore) => {
      const kept = await keep(makeStore, { absoluteExpiry: start + 604_900 })
      const after = await expectKept(kept, await kept.rotate({ now: first }), 'rotated')
      strictEqual(after.idleExpiry, start + 604_900)
    },
  },
  {
    name: 'a clock slightly behind the one that rotated still replays',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      await expectKept(kept, await again(kept, { now: first - 5 }), 'replayed')
    },
  },
]

const refusals: readonly ContractCase<SessionStore>[] = [
  {
    name: 'an absent session is unknown',
    run: async (makeStore) => {
      const store = await makeStore()
      deepStrictEqual(await store.rotate(sampleRequest(sampleSession())), { kind: 'unknown' })
    },
  },
  unchanged('the idle expiry itself is too late', 'expired', { now: start + 604_800 }),
  unchanged('the absolute expiry itself is too late', 'expired', { now: start + 700_000 }),
  unchanged('another client is refused and changes nothing', 'otherClient', { client: 'app' }),
  unchanged('a client in other capitals is another client', 'otherClient', { client: 'WEB' }),
  {
    name: 'one second before the idle expiry still rotates',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      strictEqual((await kept.rotate({ now: start + 604_799 })).kind, 'rotated')
    },
  },
  {
    name: 'an ended session stays unchanged, whatever is presented',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      await kept.store.end(kept.session.id, start + 1)
      for (const presented of [0, 7]) {
        const kind = presented === 7 ? 'rolledBack' : 'ended'
        const after = await expectKept(kept, await kept.rotate({ presented }), kind)
        deepStrictEqual(after, endedSession(kept.session, start + 1))
      }
    },
  },
  {
    name: 'expiry comes before reuse: an expired session is not ended by it',
    run: async (makeStore) => {
      const kept = await keep(makeStore, { generation: 5, parent: 4 })
      const result = await kept.rotate({ presented: 2, now: start + 604_800 })
      strictEqual((await expectKept(kept, result, 'expired')).endedAt, undefined)
    },
  },
  {
    name: 'another client with an old number is only refused: it cannot end a session',
    run: async (makeStore) => {
      const kept = await keep(makeStore, { generation: 5, parent: 4 })
      const result = await kept.rotate({ presented: 2, client: 'app' })
      strictEqual((await expectKept(kept, result, 'otherClient')).endedAt, undefined)
    },
  },
]

/** Outcomes that also end the session. */
const endings: readonly ContractCase<SessionStore>[] = [
  {
    name: 'a number above the generation means that the store lost writes: the session ends',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      const after = await expectKept(kept, await kept.rotate({ presented: 1 }), 'rolledBack')
      deepStrictEqual(after, endedSession(kept.session, first))
    },
  },
  {
    name: 'lost writes are reported each time, and the time of the end stays',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      await kept.rotate({ presented: 2 })
      for (const presented of [2, 1]) {
        const result = await kept.rotate({ presented, now: first + 5 })
        const after = await expectKept(kept, result, 'rolledBack')
        deepStrictEqual(after, endedSession(kept.session, first))
      }
      await expectKept(kept, await kept.rotate({ presented: 0 }), 'ended')
    },
  },
  {
    name: 'the grandparent within the grace is reuse: the grace is for the parent alone',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      await again(kept, { presented: 1, now: first + 11 })
      const after = await expectKept(kept, await kept.rotate({ now: first + 12 }), 'reused')
      strictEqual(after.endedAt, first + 12)
      strictEqual(after.generation, 2)
    },
  },
  {
    name: 'the parent after recoverWithin is reuse and ends the session',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      const after = await expectKept(kept, await again(kept, { now: first + 3601 }), 'reused')
      strictEqual(after.endedAt, first + 3601)
    },
  },
  {
    name: 'with recoverWithin 0 the parent is reuse as soon as the grace is over',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      const result = await again(kept, { now: first + 11, recoverWithin: 0 })
      await expectKept(kept, result, 'reused')
    },
  },
  {
    name: 'with no grace and no recovery the parent is reuse one second later',
    run: async (makeStore) => {
      const kept = await keep(makeStore)
      const strict = { grace: 0, recoverWithin: 0 }
      strictEqual((await again(kept, { now: first, ...strict })).kind, 'replayed')
      await expectKept(kept, await kept.rotate({ now: first + 1, ...strict }), 'reused')
    },
  },
  {
    name: 'after reuse the current number is refused too, and the time of the end stays',
    run: async (makeStore) => {
      const kept = await keep(makeStore, { generation: 5, parent: 4 })
      await kept.rotate({ presented: 2, now: first })
      const result = await kept.rotate({ presented: 5, now: first + 1 })
      strictEqual((await expectKept(kept, result, 'ended')).endedAt, first)
    },
  },
]

/** The table of `decideRotation`, row by row. */
export const rotationCases: readonly ContractCase<SessionStore>[] = [
  ...successes,
  ...refusals,
  ...endings,
]

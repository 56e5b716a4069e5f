import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import type { SessionStore, RotateResult } from '../session/ports.js'
import type { ContractCase } from './contract.js'
import { keep, start } from './sample-session.js'

const racers = 50

function count(results: readonly RotateResult[], kind: RotateResult['kind']): number {
  return results.filter((result) => result.kind === kind).length
}

/** Cases about concurrent calls. */
export const concurrencyCases: readonly ContractCase<SessionStore>[] = [
  {
    name: 'of fifty concurrent uses of one token one rotates, and all get the same successor',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      const results = await Promise.all(Array.from({ length: racers }, () => rotate()))
      strictEqual(count(results, 'rotated'), 1)
      strictEqual(count(results, 'replayed'), racers - 1)
      const successors = results.map((result) => 'session' in result && result.session.generation)
      deepStrictEqual(new Set(successors), new Set([1]))
      strictEqual((await store.find(session.id))?.generation, 1)
    },
  },
  {
    name: 'of fifty concurrent uses of a token just replaced, or of its successor, none rotates and all get that successor',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      await rotate()
      const presented = Array.from({ length: racers }, (_, index) => index % 2)
      const results = await Promise.all(
        presented.map((generation) => rotate({ presented: generation, now: start + 455 })),
      )
      strictEqual(count(results, 'replayed'), racers)
      const after = await store.find(session.id)
      strictEqual(after?.generation, 1)
      strictEqual(after.rotatedAt, start + 450)
    },
  },
  {
    name: 'of fifty concurrent recoveries one succeeds, and all get the same successor',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      await rotate({ now: start + 450 })
      const late = { now: start + 900 }
      const results = await Promise.all(Array.from({ length: racers }, () => rotate(late)))
      strictEqual(count(results, 'recovered'), 1)
      strictEqual(count(results, 'replayed'), racers - 1)
      strictEqual((await store.find(session.id))?.generation, 2)
    },
  },
  {
    name: 'of fifty concurrent reuses one is reuse and the others find an ended session',
    run: async (makeStore) => {
      const { rotate } = await keep(makeStore, { generation: 5, parent: 4 })
      const old = { presented: 1 }
      const results = await Promise.all(Array.from({ length: racers }, () => rotate(old)))
      strictEqual(count(results, 'reused'), 1)
      strictEqual(count(results, 'ended'), racers - 1)
    },
  },
  {
    name: 'after a confirmed end no rotation that was in progress leaves the session alive',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      const rotations = Array.from({ length: racers / 2 }, () => rotate())
      const ending = store.end(session.id, start + 450)
      const later = Array.from({ length: racers / 2 }, () => rotate())
      await Promise.all([...rotations, ending, ...later])
      strictEqual((await store.find(session.id))?.endedAt, start + 450)
      strictEqual((await rotate({ presented: 1 })).kind, 'ended')
    },
  },
]

import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import type { SessionStore, SweepRequest } from '../session/ports.js'
import type { ContractCase } from './contract.js'
import { keep, sampleSession, start } from './sample-session.js'

function before(time: number, changes: Partial<SweepRequest> = {}): SweepRequest {
  return { before: time, endedBefore: 0, limit: 100, ...changes }
}

/** Cases about removing sessions that are over, and about who does it. */
export const sweepingCases: readonly ContractCase<SessionStore>[] = [
  {
    name: 'sweeping removes sessions whose absolute expiry is before a time, and counts them',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      const old = sampleSession({ absoluteExpiry: start + 5, idleExpiry: start + 5 })
      await store.create(old)
      strictEqual(await store.sweep(before(start + 5)), 0)
      strictEqual(await store.sweep(before(start + 6)), 1)
      strictEqual(await store.sweep(before(start + 6)), 0)
      strictEqual(await store.find(old.id), undefined)
      strictEqual(await store.findBySid(old.sid), undefined)
      deepStrictEqual(await store.find(session.id), session)
    },
  },
  {
    name: 'sweeping removes a session that was not refreshed until its idle expiry',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      strictEqual(await store.sweep(before(session.idleExpiry)), 0)
      strictEqual(await store.sweep(before(session.idleExpiry + 1)), 1)
      strictEqual(await store.find(session.id), undefined)
    },
  },
  {
    name: 'sweeping keeps a session whose idle expiry a refresh has moved, until that one',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      const at = session.idleExpiry - 1
      strictEqual((await rotate({ now: at })).kind, 'rotated')
      strictEqual(await store.sweep(before(session.idleExpiry + 100)), 0)
      strictEqual(await store.sweep(before(at + 604_800)), 0)
      strictEqual(await store.sweep(before(at + 604_801)), 1)
    },
  },
  {
    name: 'sweeping removes what ended before a time, and keeps what ended later, so that its use is still noticed',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      await store.end(session.id, start + 1)
      await store.settle([session.id])
      const day = 86_400
      const at = start + 1 + day
      strictEqual(await store.sweep(before(at, { endedBefore: start + 1 })), 0)
      strictEqual((await rotate()).kind, 'ended')
      strictEqual(await store.sweep(before(at + 1, { endedBefore: start + 2 })), 1)
      strictEqual(await store.find(session.id), undefined)
    },
  },
  {
    name: 'sweeping keeps ended sessions whose access tokens are not refused yet, until their absolute expiry',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      await store.end(session.id, start + 1)
      const late = session.absoluteExpiry
      strictEqual(await store.sweep(before(late, { endedBefore: late })), 0)
      strictEqual((await store.due({ limit: 10 })).length, 1)
      strictEqual(await store.sweep(before(late + 1, { endedBefore: late })), 1)
    },
  },
  {
    name: 'sweeping in small steps removes each session once, and keeps none for being behind others',
    run: async (makeStore) => {
      const { store } = await keep(makeStore)
      const times = { idleExpiry: start + 5, absoluteExpiry: start + 5 }
      const over = Array.from({ length: 7 }, () => sampleSession(times))
      const marked = Array.from({ length: 4 }, () => sampleSession({ idleExpiry: start + 2 }))
      for (const each of [...marked, ...over]) await store.create(each)
      for (const { id } of marked) await store.end(id, start + 1)
      let removed = 0
      for (let step = 0; step < 12; step++)
        removed += await store.sweep(before(start + 6, { limit: 3 }))
      strictEqual(removed, 7)
      for (const { id } of over) strictEqual(await store.find(id), undefined)
    },
  },
  {
    name: 'one step of sweeping removes no more sessions than asked, of the expired and the ended together',
    run: async (makeStore) => {
      const { store } = await keep(makeStore)
      const times = { idleExpiry: start + 5, absoluteExpiry: start + 5 }
      const expired = Array.from({ length: 3 }, () => sampleSession(times))
      const ended = Array.from({ length: 3 }, () => sampleSession())
      for (const each of [...expired, ...ended]) await store.create(each)
      for (const { id } of ended) await store.end(id, start + 1)
      await store.settle(ended.map(({ id }) => id))
      const request = before(start + 200_000, { endedBefore: start + 2, limit: 4 })
      for (const removed of [4, 2, 0]) strictEqual(await store.sweep(request), removed)
    },
  },
  {
    name: 'the first turn is taken',
    run: async (makeStore) => {
      const store = await makeStore()
      strictEqual(await store.takeTurn({ now: start, seconds: 60 }), true)
    },
  },
]

import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { parentOfFamily, type SessionStore, type StoredSession } from '../session/ports.js'
import type { ContractCase } from './contract.js'
import { keep, sampleSession, start } from './sample-session.js'

const details = { facts: { org: 'a' }, authTime: start }
const others = { facts: { org: 'b' }, authTime: start }

function later(session: StoredSession, time = start + 20): StoredSession {
  const generation = session.generation + 1
  return {
    ...session,
    generation,
    parent: parentOfFamily(session),
    rotatedAt: time,
    details: others,
  }
}

/** Cases about replacing what is kept with a session, and beginning another family of refresh tokens in it. */
export const replacingCases: readonly ContractCase<SessionStore>[] = [
  {
    name: 'replacing a session that is as it was read keeps the new details',
    run: async (makeStore) => {
      for (const changes of [{}, { details }]) {
        const { store, session } = await keep(makeStore, changes)
        const becomes = { ...session, details: others }
        strictEqual(await store.replace({ was: session, becomes }), true)
        deepStrictEqual(await store.find(session.id), becomes)
      }
    },
  },
  {
    name: 'replacing a session that was refreshed, replaced, ended or removed since it was read changes nothing',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore, { details })
      const becomes = { ...session, details: others }
      await rotate()
      const rotated = await store.find(session.id)
      strictEqual(await store.replace({ was: session, becomes }), false)
      deepStrictEqual(await store.find(session.id), rotated)
      const second = sampleSession({ details })
      await store.create(second)
      const changed = { ...second, details: others }
      await store.replace({ was: second, becomes: changed })
      const third = { ...second, details: { ...details, acr: 'c' } }
      strictEqual(await store.replace({ was: second, becomes: third }), false)
      deepStrictEqual(await store.find(second.id), changed)
      const ended = await store.end(second.id, start + 5)
      strictEqual(await store.replace({ was: changed, becomes: third }), false)
      deepStrictEqual(await store.find(second.id), ended)
      const absent = sampleSession()
      strictEqual(await store.replace({ was: absent, becomes }), false)
      strictEqual(await store.find(absent.id), undefined)
    },
  },
  {
    name: 'of many replacements at once exactly one is made',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      const made = await Promise.all(
        Array.from({ length: 10 }, (_, number) =>
          store.replace({ was: session, becomes: { ...session, details: { authTime: number } } }),
        ),
      )
      strictEqual(made.filter(Boolean).length, 1)
    },
  },
  {
    name: 'details stay through refreshes, a reuse and an end',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore, { details })
      for (let presented = 0; presented < 3; presented++) {
        const result = await rotate({ presented, now: start + 450 + presented * 20 })
        deepStrictEqual('session' in result && result.session.details, details)
      }
      const reused = await rotate({ presented: 0, now: start + 9000 })
      strictEqual(reused.kind, 'reused')
      deepStrictEqual('session' in reused && reused.session.details, details)
      deepStrictEqual((await store.end(session.id, start + 9001))?.details, details)
    },
  },
  {
    name: 'the first token of another family rotates, and its successors as usual',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      await store.replace({ was: session, becomes: later(session) })
      strictEqual((await rotate({ presented: 1, now: start + 21 })).kind, 'rotated')
      strictEqual((await rotate({ presented: 1, now: start + 22 })).kind, 'replayed')
      strictEqual((await rotate({ presented: 2, now: start + 500 })).kind, 'rotated')
    },
  },
  {
    name: 'the last token of a former family is superseded within the recovery or the grace, and reused after it',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      const becomes = later(session)
      await store.replace({ was: session, becomes })
      for (const now of [start, start + 20, start + 20 + 3600])
        strictEqual((await rotate({ now })).kind, 'superseded')
      strictEqual((await rotate({ now: start + 30, recoverWithin: 0 })).kind, 'superseded')
      deepStrictEqual(await store.find(session.id), becomes)
      strictEqual((await rotate({ now: start + 31, recoverWithin: 0 })).kind, 'reused')
      const second = await keep(makeStore)
      await second.store.replace({ was: second.session, becomes: later(second.session) })
      strictEqual((await second.rotate({ now: start + 3621 })).kind, 'reused')
    },
  },
  {
    name: 'the tokens that an owner may still have of former families are superseded, and older ones reused',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      // Generations 0, 1, 2 of one family, 3 of a second, 4 of a third.
      await rotate({ presented: 0, now: start + 5 })
      await rotate({ presented: 1, now: start + 17 })
      for (let family = 0; family < 2; family++) {
        const was = (await store.find(session.id)) ?? session
        await store.replace({ was, becomes: later(was) })
      }
      for (const presented of [3, 2, 1])
        strictEqual((await rotate({ presented, now: start + 21 })).kind, 'superseded')
      strictEqual((await rotate({ presented: 0, now: start + 21 })).kind, 'reused')
    },
  },
  {
    name: 'the last token of a former family is reused once the next family has moved on',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      await store.replace({ was: session, becomes: later(session) })
      await rotate({ presented: 1, now: start + 30 })
      strictEqual((await rotate({ presented: 0, now: start + 31 })).kind, 'reused')
    },
  },
]

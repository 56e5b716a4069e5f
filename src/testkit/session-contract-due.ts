import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { endedSession, type SessionStore, type StoredSession } from '../session/ports.js'
import type { ContractCase } from './contract.js'
import { keep, sampleSession, start } from './sample-session.js'

const all = { limit: 100 }

function idsOf(sessions: readonly StoredSession[]): ReadonlySet<string> {
  return new Set(sessions.map(({ id }) => id))
}

/** Cases about ended sessions whose access tokens may still be valid. */
export const dueCases: readonly ContractCase<SessionStore>[] = [
  {
    name: 'a live session is not due for revocation',
    run: async (makeStore) => {
      const { store, rotate } = await keep(makeStore)
      await rotate()
      deepStrictEqual(await store.due(all), [])
    },
  },
  {
    name: 'ending one session, all, or by reuse or lost writes marks it as due in the same step',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore, { generation: 5, parent: 4 })
      const [second, rolledBack] = [sampleSession(), sampleSession({ subject: 'user-2' })]
      const third = sampleSession({ subject: 'user-3' })
      for (const each of [second, rolledBack, third]) await store.create(each)
      strictEqual((await rotate({ presented: 1 })).kind, 'reused')
      strictEqual((await rotate({ id: rolledBack.id, presented: 1 })).kind, 'rolledBack')
      await store.endAll({ subject: 'user-1', now: start + 5 })
      await store.end(third.id, start + 5)
      const expected = idsOf([session, second, rolledBack, third])
      deepStrictEqual(idsOf(await store.due(all)), expected)
      strictEqual((await store.find(second.id))?.revocationDue, true)
    },
  },
  {
    name: 'a session stays due, as it was ended, until it is settled',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      await store.end(session.id, start + 5)
      for (let round = 0; round < 2; round++)
        deepStrictEqual(await store.due(all), [endedSession(session, start + 5)])
      await store.settle([session.id])
      deepStrictEqual(await store.due(all), [])
      deepStrictEqual(await store.find(session.id), { ...session, endedAt: start + 5 })
    },
  },
  {
    name: 'a settled session that is ended or presented again is not due again',
    run: async (makeStore) => {
      const { store, session, rotate } = await keep(makeStore)
      await store.end(session.id, start + 5)
      await store.settle([session.id])
      await store.end(session.id, start + 9)
      await store.endAll({ subject: session.subject, now: start + 9 })
      await rotate({ presented: 1 })
      deepStrictEqual(await store.due(all), [])
    },
  },
  {
    name: 'of the due sessions no more come than asked',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      await store.create(sampleSession())
      await store.create(sampleSession())
      await store.endAll({ subject: session.subject, now: start + 5 })
      strictEqual((await store.due({ limit: 2 })).length, 2)
    },
  },
  {
    name: 'of the due sessions only those of a subject come, if one is named',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      const other = sampleSession({ subject: 'user-2' })
      await store.create(other)
      await store.create(sampleSession())
      for (const { id } of [session, other]) await store.end(id, start + 5)
      deepStrictEqual(idsOf(await store.due({ ...all, subject: 'user-1' })), idsOf([session]))
      deepStrictEqual(await store.due({ ...all, subject: 'user-3' }), [])
    },
  },
  {
    name: 'settling many at a time settles exactly these; unknown and live ones are left out',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      const many = Array.from({ length: 70 }, () => sampleSession({ subject: 'user-2' }))
      for (const each of many) await store.create(each)
      await store.endAll({ subject: 'user-2', now: start + 5 })
      const [left, ...settled] = many
      await store.settle([...settled.map(({ id }) => id), session.id, sampleSession().id])
      deepStrictEqual(idsOf(await store.due(all)), idsOf(left === undefined ? [] : [left]))
      deepStrictEqual(await store.find(session.id), session)
      await store.settle([])
    },
  },
]

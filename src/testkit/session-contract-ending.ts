import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { endedSession, type SessionStore } from '../session/ports.js'
import type { ContractCase } from './contract.js'
import { keep, sampleSession, start } from './sample-session.js'

/** Cases about ending one session, all others, or all. */
export const endingCases: readonly ContractCase<SessionStore>[] = [
  {
    name: 'ending a session returns its final state, which stays',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      const ended = endedSession(session, start + 5)
      deepStrictEqual(await store.end(session.id, start + 5), ended)
      deepStrictEqual(await store.find(session.id), ended)
    },
  },
  {
    name: 'ending a session twice keeps the first time',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      await store.end(session.id, start + 5)
      strictEqual((await store.end(session.id, start + 9))?.endedAt, start + 5)
    },
  },
  {
    name: 'ending an unknown session returns nothing and stores nothing',
    run: async (makeStore) => {
      const { store } = await keep(makeStore)
      const stranger = sampleSession()
      strictEqual(await store.end(stranger.id, start), undefined)
      strictEqual(await store.find(stranger.id), undefined)
    },
  },
  {
    name: 'ending all of a subject ends exactly its sessions',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      const second = sampleSession()
      const foreign = sampleSession({ subject: 'user-2' })
      await store.create(second)
      await store.create(foreign)
      const ended = await store.endAll({ subject: 'user-1', now: start + 5 })
      deepStrictEqual(
        new Set(ended.map(({ id, endedAt }) => `${id} ${String(endedAt)}`)),
        new Set([session, second].map(({ id }) => `${id} ${String(start + 5)}`)),
      )
      deepStrictEqual(await store.list('user-1', start + 5), [])
      deepStrictEqual(await store.find(foreign.id), foreign)
    },
  },
  {
    name: 'ending all but one leaves that one unchanged',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      await store.create(sampleSession())
      const request = { subject: 'user-1', now: start + 5, except: session.id }
      strictEqual((await store.endAll(request)).length, 1)
      deepStrictEqual(await store.list('user-1', start + 5), [session])
    },
  },
  {
    name: 'ending all again ends none and keeps the first time',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      await store.endAll({ subject: 'user-1', now: start + 5 })
      deepStrictEqual(await store.endAll({ subject: 'user-1', now: start + 9 }), [])
      strictEqual((await store.find(session.id))?.endedAt, start + 5)
    },
  },
]

import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import type { FamilyStore } from '../sessions/ports.js'
import type { ContractCase } from './contract.js'
import { keep, sampleFamily, start } from './sample-family.js'

/** Ending one family, the others, all of them. */
export const endingCases: readonly ContractCase<FamilyStore>[] = [
  {
    name: 'ending a family says how it then is, and it stays so',
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      const ended = { ...family, endedAt: start + 5 }
      deepStrictEqual(await store.end(family.id, start + 5), ended)
      deepStrictEqual(await store.find(family.id), ended)
    },
  },
  {
    name: 'ending a family twice keeps the first time',
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      await store.end(family.id, start + 5)
      strictEqual((await store.end(family.id, start + 9))?.endedAt, start + 5)
    },
  },
  {
    name: 'ending a family that nobody has says so and leaves nothing behind',
    run: async (makeStore) => {
      const { store } = await keep(makeStore)
      const stranger = sampleFamily()
      strictEqual(await store.end(stranger.id, start), undefined)
      strictEqual(await store.find(stranger.id), undefined)
    },
  },
  {
    name: "ending all of a subject ends every one of them and nobody else's",
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      const second = sampleFamily()
      const foreign = sampleFamily({ subject: 'user-2' })
      await store.create(second)
      await store.create(foreign)
      const ended = await store.endAll({ subject: 'user-1', now: start + 5 })
      deepStrictEqual(
        new Set(ended.map(({ id, endedAt }) => `${id} ${String(endedAt)}`)),
        new Set([family, second].map(({ id }) => `${id} ${String(start + 5)}`)),
      )
      deepStrictEqual(await store.list('user-1', start + 5), [])
      deepStrictEqual(await store.find(foreign.id), foreign)
    },
  },
  {
    name: 'ending all but one leaves that one as it was',
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      await store.create(sampleFamily())
      const request = { subject: 'user-1', now: start + 5, except: family.id }
      strictEqual((await store.endAll(request)).length, 1)
      deepStrictEqual(await store.list('user-1', start + 5), [family])
    },
  },
  {
    name: 'ending all again ends none and keeps the first time',
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      await store.endAll({ subject: 'user-1', now: start + 5 })
      deepStrictEqual(await store.endAll({ subject: 'user-1', now: start + 9 }), [])
      strictEqual((await store.find(family.id))?.endedAt, start + 5)
    },
  },
]

import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict'
import type { FamilyStore } from '../sessions/ports.js'
import type { ContractCase } from './contract.js'
import { keep, sampleFamily, start } from './sample-family.js'

/** Families come back as they were given, and leave when their time is over. */
export const keepingCases: readonly ContractCase<FamilyStore>[] = [
  {
    name: 'a family that was created is found by its id, whole',
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      deepStrictEqual(await store.find(family.id), family)
    },
  },
  {
    name: 'a family is found by its sid, whole',
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      deepStrictEqual(await store.findBySid(family.sid), family)
    },
  },
  {
    name: 'an id that nobody has is not found',
    run: async (makeStore) => {
      const { store } = await keep(makeStore)
      strictEqual(await store.find(sampleFamily().id), undefined)
    },
  },
  {
    name: 'a sid that nobody has is not found',
    run: async (makeStore) => {
      const { store } = await keep(makeStore)
      strictEqual(await store.findBySid(sampleFamily().sid), undefined)
    },
  },
  {
    name: 'the id is not taken for a sid, nor the sid for an id',
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      strictEqual(await store.find(family.sid), undefined)
      strictEqual(await store.findBySid(family.id), undefined)
    },
  },
  {
    name: 'ids are compared letter by letter, capitals too',
    run: async (makeStore) => {
      const { store } = await keep(makeStore, { id: 'AAAAAAAAAAAAAAAAAAAAAA' })
      strictEqual(await store.find('aaaaaaaaaaaaaaaaaaaaaa'), undefined)
    },
  },
  {
    name: 'text comes back letter by letter: quotes, backslashes, emoji, an empty scope',
    run: async (makeStore) => {
      const subject = `o'Neil "\\" %_ $1 ?1 \n 用户 🔑`
      const { store, family } = await keep(makeStore, { subject, client: subject, scope: '' })
      deepStrictEqual(await store.find(family.id), family)
      deepStrictEqual(await store.list(subject, start), [family])
    },
  },
  {
    name: 'no audience, several audiences and no meta come back as they were',
    run: async (makeStore) => {
      const store = await makeStore()
      for (const audience of [[], ['a', 'b']]) {
        const family = sampleFamily({ audience, meta: {} })
        await store.create(family)
        deepStrictEqual(await store.find(family.id), family)
      }
    },
  },
  {
    name: 'a second family of the same id is refused and changes nothing',
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      await rejects(() => store.create({ ...family, subject: 'user-2' }))
      deepStrictEqual(await store.find(family.id), family)
    },
  },
  {
    name: 'a family that is changed by its giver afterwards does not change in the store',
    run: async (makeStore) => {
      const store = await makeStore()
      const audience = ['api']
      const family = sampleFamily({ audience })
      await store.create(family)
      audience.push('everything')
      deepStrictEqual((await store.find(family.id))?.audience, ['api'])
    },
  },
  {
    name: "a subject's families are listed newest first, and nobody else's",
    run: async (makeStore) => {
      const store = await makeStore()
      const older = sampleFamily()
      const newer = sampleFamily({ createdAt: start + 1 })
      for (const family of [older, newer, sampleFamily({ subject: 'user-2' })])
        await store.create(family)
      deepStrictEqual(await store.list('user-1', start + 2), [newer, older])
    },
  },
  {
    name: 'a subject without families has an empty list',
    run: async (makeStore) => {
      const { store } = await keep(makeStore)
      deepStrictEqual(await store.list('nobody', start), [])
    },
  },
  {
    name: 'ended and expired families are not listed',
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      await store.create(sampleFamily({ idleExpiry: start + 5 }))
      await store.create(sampleFamily({ absoluteExpiry: start + 5, idleExpiry: start + 5 }))
      const last = sampleFamily()
      await store.create(last)
      await store.end(family.id, start + 1)
      deepStrictEqual(await store.list('user-1', start + 5), [last])
    },
  },
  {
    name: 'sweeping removes families whose absolute expiry is before a time, and counts them',
    run: async (makeStore) => {
      const { store, family } = await keep(makeStore)
      const old = sampleFamily({ absoluteExpiry: start + 5 })
      await store.create(old)
      strictEqual(await store.sweep(start + 5), 0)
      strictEqual(await store.sweep(start + 6), 1)
      strictEqual(await store.sweep(start + 6), 0)
      strictEqual(await store.find(old.id), undefined)
      strictEqual(await store.findBySid(old.sid), undefined)
      deepStrictEqual(await store.find(family.id), family)
    },
  },
  {
    name: 'sweeping keeps ended families until their absolute expiry, so that their use is still noticed',
    run: async (makeStore) => {
      const { store, family, rotate } = await keep(makeStore)
      await store.end(family.id, start + 1)
      strictEqual(await store.sweep(start + 1000), 0)
      strictEqual((await rotate()).kind, 'ended')
    },
  },
]

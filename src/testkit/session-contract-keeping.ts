import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict'
import type { SessionStore } from '../session/ports.js'
import type { ContractCase } from './contract.js'
import { keep, sampleSession, start } from './sample-session.js'

/** Cases about keeping sessions unchanged, and removing them after their expiry. */
export const keepingCases: readonly ContractCase<SessionStore>[] = [
  {
    name: 'a created session is found by its id, unchanged',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      deepStrictEqual(await store.find(session.id), session)
    },
  },
  {
    name: 'a session is found by its sid, unchanged',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      deepStrictEqual(await store.findBySid(session.sid), session)
    },
  },
  {
    name: 'an unknown id is not found',
    run: async (makeStore) => {
      const { store } = await keep(makeStore)
      strictEqual(await store.find(sampleSession().id), undefined)
    },
  },
  {
    name: 'an unknown sid is not found',
    run: async (makeStore) => {
      const { store } = await keep(makeStore)
      strictEqual(await store.findBySid(sampleSession().sid), undefined)
    },
  },
  {
    name: 'an id does not count as a sid, nor a sid as an id',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      strictEqual(await store.find(session.sid), undefined)
      strictEqual(await store.findBySid(session.id), undefined)
    },
  },
  {
    name: 'ids are compared case-sensitively',
    run: async (makeStore) => {
      const { store } = await keep(makeStore, { id: 'AAAAAAAAAAAAAAAAAAAAAA' })
      strictEqual(await store.find('aaaaaaaaaaaaaaaaaaaaaa'), undefined)
    },
  },
  {
    name: 'text is returned unchanged: quotes, backslashes, emoji, an empty scope',
    run: async (makeStore) => {
      const subject = `o'Neil "\\" %_ $1 ?1 \n 用户 🔑`
      const { store, session } = await keep(makeStore, { subject, client: subject, scope: '' })
      deepStrictEqual(await store.find(session.id), session)
      deepStrictEqual(await store.list(subject, start), [session])
    },
  },
  {
    name: 'no audience, several audiences and no meta are returned unchanged',
    run: async (makeStore) => {
      const store = await makeStore()
      for (const audience of [[], ['a', 'b']]) {
        const session = sampleSession({ audience, meta: {} })
        await store.create(session)
        deepStrictEqual(await store.find(session.id), session)
      }
    },
  },
  {
    name: 'a second session of the same id is refused and changes nothing',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      await rejects(() => store.create({ ...session, subject: 'user-2' }))
      deepStrictEqual(await store.find(session.id), session)
    },
  },
  {
    name: "a change to the caller's session object does not change the store",
    run: async (makeStore) => {
      const store = await makeStore()
      const audience = ['api']
      const session = sampleSession({ audience })
      await store.create(session)
      audience.push('everything')
      deepStrictEqual((await store.find(session.id))?.audience, ['api'])
    },
  },
  {
    name: "a list contains exactly the subject's sessions, newest first",
    run: async (makeStore) => {
      const store = await makeStore()
      const older = sampleSession()
      const newer = sampleSession({ createdAt: start + 1 })
      for (const session of [older, newer, sampleSession({ subject: 'user-2' })])
        await store.create(session)
      deepStrictEqual(await store.list('user-1', start + 2), [newer, older])
    },
  },
  {
    name: 'a list in pages has each session once, in the same order, also when one ends meanwhile',
    run: async (makeStore) => {
      const store = await makeStore()
      // Of one second too: then the sid decides.
      for (let at = 0; at < 9; at++)
        await store.create(sampleSession({ createdAt: start + Math.floor(at / 3) }))
      const all = await store.list('user-1', start + 2)
      deepStrictEqual(await store.list('user-1', start + 2, { limit: 4 }), all.slice(0, 4))
      const fourth = all[3] ?? sampleSession()
      await store.end(fourth.id, start + 2)
      const after = { createdAt: fourth.createdAt, sid: fourth.sid }
      deepStrictEqual(await store.list('user-1', start + 2, { limit: 2, after }), all.slice(4, 6))
      deepStrictEqual(await store.list('user-1', start + 2, { after }), all.slice(4))
      const last = { createdAt: start, sid: '~' }
      deepStrictEqual(await store.list('user-1', start + 2, { limit: 2, after: last }), [])
    },
  },
  {
    name: 'a subject without sessions has an empty list',
    run: async (makeStore) => {
      const { store } = await keep(makeStore)
      deepStrictEqual(await store.list('nobody', start), [])
    },
  },
  {
    name: 'ended and expired sessions are not listed',
    run: async (makeStore) => {
      const { store, session } = await keep(makeStore)
      await store.create(sampleSession({ idleExpiry: start + 5 }))
      await store.create(sampleSession({ absoluteExpiry: start + 5, idleExpiry: start + 5 }))
      const last = sampleSession()
      await store.create(last)
      await store.end(session.id, start + 1)
      deepStrictEqual(await store.list('user-1', start + 5), [last])
    },
  },
  {
    name: 'details of a session are returned unchanged, and so is their absence',
    run: async (makeStore) => {
      const facts = {
        org: `o'Neil "\\" %_ $1 \n 用户 🔑`,
        nested: { list: [1, null, ''] },
        none: {},
      }
      const details = { facts, authTime: start, amr: ['pwd', 'otp'], acr: 'urn:a', cutOff: start }
      const { store, session } = await keep(makeStore, { details })
      deepStrictEqual(await store.find(session.id), session)
      const without = sampleSession()
      await store.create(without)
      deepStrictEqual(await store.find(without.id), without)
    },
  },
]

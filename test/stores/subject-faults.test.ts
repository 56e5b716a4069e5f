import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import type { SubjectState } from '../../src/session/index.js'
import type { RevokeAccess } from '../../src/session/session-options.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { client, codeOf, login, makeSessions } from '../session/setup.js'

const folder = mkdtempSync(join(tmpdir(), 'jotgate-subjects-'))
const closing: (() => void)[] = []
afterAll(() => {
  for (const close of closing) close()
  rmSync(folder, { recursive: true })
})

type Load = (subject: string) => Promise<SubjectState | null | undefined>

/** What a load does that has heard that all who asked have given up. */
type Fault = (allGaveUp: Promise<void>) => ReturnType<Load>

/** Milliseconds: of the sessions that meet a fault, and of those that must not give up on a busy machine. */
const [hastyMs, patientMs] = [60, 20_000]
const member: SubjectState = { claims: { role: 'member' } }

/** What a database of users can do to whoever asks it. */
const faults: Readonly<Record<string, Fault>> = {
  throws: () => {
    throw new Error('the pool is closed')
  },
  rejects: () => Promise.reject(new Error('connection reset')),
  hangs: () => new Promise(() => undefined),
  'answers when nobody waits any more': (allGaveUp) => allGaveUp.then(() => member),
  'rejects when nobody waits any more': (allGaveUp) =>
    allGaveUp.then(() => Promise.reject(new Error('too late'))),
}

/** Sessions in an SQLite file, which another connection looks into. */
async function open() {
  const file = join(folder, `${String(closing.length)}.db`)
  const [own, other] = [await openSqlite(file), await openSqlite(file)]
  closing.push(
    () => own.close(),
    () => other.close(),
  )
  const subjects: { load: Load } = { load: () => Promise.resolve(member) }
  const stores = sqliteStores(own)
  const options = {
    store: stores.sessions,
    revoke: (entry: Parameters<RevokeAccess>[0]) =>
      'sid' in entry
        ? stores.revocations
            .add([{ kind: 'sid', issuer: 'i', value: entry.sid, expiresAt: 2e9 }])
            .then(() => undefined)
        : Promise.reject(new Error('not in this test')),
    loadSubject: (subject: string) => subjects.load(subject),
  }
  const made = makeSessions({ ...options, storeDeadlineMs: patientMs })
  const hasty = makeSessions({ ...options, storeDeadlineMs: hastyMs, now: made.clock.now })
  const look = sqliteDatabase(other)
  const rows = async () => [
    await look.query('SELECT * FROM jotgate_families'),
    await look.query('SELECT * FROM jotgate_revocations'),
  ]
  return { ...made, hasty, subjects, rows }
}

/** A session in each state from which a refresh is answered, with the token to present. */
const states: Readonly<
  Record<string, (site: Awaited<ReturnType<typeof open>>) => Promise<string>>
> = {
  'is rotated': async ({ sessions }) => (await login(sessions)).refreshToken,
  'is replayed': async ({ sessions }) => {
    const { refreshToken } = await login(sessions)
    await sessions.refresh(refreshToken, { client })
    return refreshToken
  },
  'is recovered': async ({ sessions, clock }) => {
    const { refreshToken } = await login(sessions)
    await sessions.refresh(refreshToken, { client })
    clock.advance(600)
    return refreshToken
  },
}

describe.each(Object.entries(faults))('a database of users that %s', (_, fault) => {
  test.each(Object.entries(states))(
    'a fault of the user database keeps the file when a session %s, and the same token works after',
    async (_, prepare) => {
      const site = await open()
      const token = await prepare(site)
      const { sessions, hasty, seen, subjects, rows } = site
      const before = await rows()
      const hooks = seen.hooks.length
      const giveUp = new EventTarget()
      const allGaveUp = once(giveUp, 'all').then(() => undefined)
      subjects.load = () => fault(allGaveUp)
      const asked = Array.from({ length: 5 }, () =>
        codeOf(hasty.sessions.refresh(token, { client })),
      )
      expect(new Set(await Promise.all(asked))).toEqual(new Set(['STORE_UNAVAILABLE']))
      // An answer that comes late must find nobody who acts on it.
      giveUp.dispatchEvent(new Event('all'))
      await sleep(2 * hastyMs)
      expect(await rows()).toEqual(before)
      expect([seen.hooks.length, hasty.seen.hooks.length]).toEqual([hooks, 0])

      subjects.load = () => Promise.resolve(member)
      const answers = [
        await sessions.refresh(token, { client }),
        await sessions.refresh(token, { client }),
      ]
      expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1)
      expect(seen.hooks.map(({ name }) => name)).not.toContain('onReused')
    },
  )

  test('a fault of the user database keeps no theft from being found', async () => {
    const site = await open()
    const { sessions, clock, seen, subjects, rows } = site
    const { refreshToken: stolen } = await login(sessions)
    const { refreshToken } = await sessions.refresh(stolen, { client })
    clock.advance(600)
    const newest = await sessions.refresh(refreshToken, { client })
    subjects.load = () => fault(new Promise(() => undefined))
    expect(await codeOf(sessions.refresh(stolen, { client }))).toBe('REFRESH_REUSED')
    expect(seen.hooks.at(-1)?.name).toBe('onReused')
    expect((await rows())[1]).toHaveLength(1)
    expect(await codeOf(sessions.refresh(newest.refreshToken, { client }))).toBe('REFRESH_ENDED')
  })
})

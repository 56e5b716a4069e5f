import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import {
  openSqlite,
  sqliteDatabase,
  sqliteStores,
  type OpenSqliteOptions,
} from '../../src/stores/sql/sqlite.js'
import { codeOf } from '../session/setup.js'
import { inTime } from '../setup/in-time.js'
import { sampleSession, sampleRequest } from '../../src/testkit/sample-session.js'

const folder = mkdtempSync(join(tmpdir(), 'jotgate-locked-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
let files = 0

/** A file with sessions, and another connection that can hold its lock. */
async function open(count: number, options: OpenSqliteOptions = {}) {
  const path = join(folder, `${String(files++)}.db`)
  const client = await openSqlite(path, options)
  const { sessions } = sqliteStores(client)
  const own = Array.from({ length: count }, () => sampleSession())
  for (const session of own) await sessions.create(session)
  const holder = await openSqlite(path)
  return { path, database: sqliteDatabase(client), sessions, own, holder }
}

/** Milliseconds: a write is tried again for 250. */
const soon = 600
/** For what must be done on a busy machine too. */
const patient = { busyTimeoutMs: 20_000 }

/** Longest time for which no timer could run, while something goes on. */
async function longestStall(work: Promise<unknown>): Promise<number> {
  const state = { last: performance.now(), longest: 0 }
  const timer = setInterval(() => {
    state.longest = Math.max(state.longest, performance.now() - state.last)
    state.last = performance.now()
  }, 5)
  await work
  clearInterval(timer)
  return state.longest
}

describe('while another process holds the lock of an SQLite file', () => {
  test('writes are refused in time, reads answer, and nothing blocks the process', async () => {
    const { sessions, own, holder } = await open(40)
    holder.exec('BEGIN IMMEDIATE')
    const writing = Promise.all(
      own.map((session) => inTime(soon, () => sessions.rotate(sampleRequest(session)))),
    )
    const reading = (async () => {
      const answers = []
      for (const session of own) {
        answers.push(await inTime(soon, () => sessions.find(session.id)))
        await sleep(10)
      }
      return answers
    })()
    const stall = await longestStall(Promise.all([writing, reading]))
    for (const outcome of await writing)
      expect(outcome).toEqual({ code: 'STORE_UNAVAILABLE', isInTime: true })
    for (const outcome of await reading)
      expect(outcome).toEqual({ code: 'answered', isInTime: true })
    // Were the process to wait inside SQLite it would stand still for the 40 writes, one after the other: 10 seconds.
    expect(stall).toBeLessThan(5000)

    holder.exec('COMMIT')
    for (const session of own) {
      const result = await sessions.rotate(sampleRequest(session))
      expect(result).toMatchObject({ kind: 'rotated', session: { generation: 1 } })
    }
  })

  test('a write waits for a lock that is soon let go, and is applied once', async () => {
    const { sessions, own, holder } = await open(20, patient)
    holder.exec('BEGIN IMMEDIATE')
    const released = sleep(80).then(() => holder.exec('COMMIT'))
    const answers = await Promise.all(own.map((session) => sessions.rotate(sampleRequest(session))))
    await released
    for (const answer of answers)
      expect(answer).toMatchObject({ kind: 'rotated', session: { generation: 1 } })
    for (const session of own) expect((await sessions.find(session.id))?.generation).toBe(1)
  })

  test('a refused write leaves no view of the past behind: what others write is seen', async () => {
    const { sessions, own, holder, path } = await open(1)
    const [session = sampleSession()] = own
    holder.exec('BEGIN IMMEDIATE')
    expect(await codeOf(sessions.rotate(sampleRequest(session)))).toBe('STORE_UNAVAILABLE')
    expect(await sessions.find(session.id)).toEqual(session)
    holder.exec('COMMIT')
    await sqliteStores(await openSqlite(path)).sessions.end(session.id, session.createdAt + 1)
    expect((await sessions.find(session.id))?.endedAt).toBe(session.createdAt + 1)
    expect((await sessions.rotate(sampleRequest(session))).kind).toBe('ended')
  })

  test('a batch that waits lets no other statement into its transaction', async () => {
    const { database, holder } = await open(0, patient)
    await database.query('CREATE TABLE notes (name TEXT PRIMARY KEY)')
    const add = (name: string) => ({ text: 'INSERT INTO notes VALUES ($1)', params: [name] })
    holder.exec('BEGIN IMMEDIATE')
    const released = sleep(60).then(() => holder.exec('COMMIT'))
    const failing = database.batch([add('twice'), add('twice')])
    const passing = database.batch([add('one'), add('two')])
    const single = database.query(add('alone').text, ['alone'])
    const codes = await Promise.all([failing, passing, single].map(codeOf))
    await released
    expect(codes).toEqual(['STORE_UNAVAILABLE', undefined, undefined])
    const rows = await database.query('SELECT name FROM notes ORDER BY name')
    expect(rows.map(({ name }) => name)).toEqual(['alone', 'one', 'two'])
  })

  test('the file can still be opened, and its tables found', async () => {
    const { path, holder, own } = await open(1)
    holder.exec('BEGIN IMMEDIATE')
    const { sessions } = sqliteStores(await openSqlite(path))
    expect(await sessions.find(own[0]?.id ?? '')).toEqual(own[0])
    holder.exec('COMMIT')
  })
})

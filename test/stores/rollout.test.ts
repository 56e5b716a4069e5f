import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SqlDatabase } from '../../src/stores/sql/database.js'
import { postgresDatabase, postgresStores } from '../../src/stores/sql/postgres.js'
import {
  openSqlite,
  sqliteDatabase,
  sqliteStores,
  type SqlStores,
} from '../../src/stores/sql/sqlite.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import type { Answer, Order } from './children/release.js'
import { compileForChildren } from './compile.js'
import { sessionsSchema } from '../../src/stores/sql/sessions.js'
import { migrateTooFar } from './next-release.js'

const secret = randomBytes(32).toString('hex')
const children: ChildProcess[] = []
const pools: Pool[] = []
let folder = ''
let postgres: PostgresServer
beforeAll(async () => {
  ;[folder, postgres] = await Promise.all([compileForChildren('release'), startPostgres()])
}, 300_000)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(pools.map((pool) => pool.end()))
  await postgres.stop()
  rmSync(folder, { recursive: true })
})

/** Starts a program; what it says on standard error is kept for whoever starts it in vain. */
function begin(place: string, release: 'present' | 'next') {
  const child = fork(join(folder, 'release.js'), [place, secret, release], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  children.push(child)
  const said = child.stderr === null ? Promise.resolve('') : text(child.stderr)
  return { child, said }
}

/** A process of this release or of the next one. @throws Error with what it says when it does not start */
async function start(place: string, release: 'present' | 'next') {
  const { child, said } = begin(place, release)
  const ended = async () => {
    await once(child, 'exit')
    throw new Error(await said)
  }
  await Promise.race([once(child, 'message'), ended()])
  return {
    ask: async (order: Order): Promise<Answer> => {
      const answer = once(child, 'message')
      child.send(order)
      return String((await answer)[0])
    },
    stop: async () => {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}

interface Site {
  readonly place: string
  readonly database: SqlDatabase
  readonly stores: Pick<SqlStores, 'migrate'>
}

const sites: Readonly<Record<string, () => Promise<Site>>> = {
  'one SQLite file': async () => {
    const path = join(folder, `rollout-${randomBytes(4).toString('hex')}.db`)
    const client = await openSqlite(path, { busyTimeoutMs: 10_000 })
    const place = `sqlite:${path}`
    return { place, database: sqliteDatabase(client), stores: sqliteStores(client) }
  },
  PostgreSQL: () => {
    const schema = `rollout_${randomBytes(4).toString('hex')}`
    const pool = new Pool({ connectionString: postgres.url, max: 2 })
    pools.push(pool.on('error', () => undefined))
    const options = { schema, deadlineMs: 10_000 }
    const place = `${postgres.url}#${schema}`
    const database = postgresDatabase(pool, options)
    return Promise.resolve({ place, database, stores: postgresStores(pool, options) })
  },
}

type Process = Awaited<ReturnType<typeof start>>

/** Refreshes through each process in turn; the token that came last. */
async function refreshThrough(token: string, ...through: readonly Process[]): Promise<string> {
  let last = token
  for (const { ask } of through) {
    const next = await ask({ what: 'refresh', token: last })
    expect(next.length).toBeGreaterThan(40)
    expect(next).not.toBe(last)
    last = next
  }
  return last
}

describe.each(Object.entries(sites))('two releases over %s', (_, open) => {
  test('two releases serve the same sessions and revocations, even while one is started again', async () => {
    const { place, database } = await open()
    const old = await start(place, 'present')
    // The next release changes the tables under the older one's work.
    const working = refreshThrough(
      await old.ask({ what: 'log in' }),
      ...Array.from({ length: 50 }, () => old),
    )
    const next = await start(place, 'next')
    let before = await refreshThrough(await working, next, old, next)
    let mixed = await refreshThrough(await next.ask({ what: 'log in' }), old, next)
    await refreshThrough(await old.ask({ what: 'log in' }), next, old)
    await old.stop()

    const restarted = await start(place, 'present')
    before = await refreshThrough(before, restarted, next, restarted)
    mixed = await refreshThrough(mixed, restarted)
    for (const [one, other, sid] of [
      [restarted, next, 's-1'],
      [next, restarted, 's-2'],
    ] as const) {
      expect(await other.ask({ what: 'ask', sid })).toBe('false')
      expect(await one.ask({ what: 'revoke', sid })).toBe('true')
      expect(await other.ask({ what: 'ask', sid })).toBe('true')
    }
    expect(await restarted.ask({ what: 'end', token: before })).toBe('true')
    expect(await next.ask({ what: 'refresh', token: before })).toBe('REFRESH_ENDED')
    expect(await next.ask({ what: 'end', token: mixed })).toBe('true')
    expect(await restarted.ask({ what: 'refresh', token: mixed })).toBe('REFRESH_ENDED')
    // The older one has rotated and ended what the next one has written, and left its column alone.
    const rows = await database.query('SELECT device, ended_at FROM jotgate_families')
    const phone = { device: 'phone', ended_at: expect.any(Number) as number }
    expect(rows).toHaveLength(3)
    expect(rows.filter(({ device }) => device !== null)).toEqual([phone, phone])
    await Promise.all([next.stop(), restarted.stop()])
  })

  test('releases two apart share no store: the older one does not start, and says what to start', async () => {
    const { place, database, stores } = await open()
    const running = await start(place, 'present')
    await stores.migrate()
    await migrateTooFar(database)
    const { child, said } = begin(place, 'present')
    expect(await once(child, 'exit')).toEqual([1, null])
    const version = String(sessionsSchema.versions.length + 2)
    expect(await said).toMatch(
      new RegExp(
        `ConfigError: families: the database holds version ${version} .*: start the release`,
      ),
    )
    await running.stop()
  })
})

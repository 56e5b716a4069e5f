/**
 * Users live and die: over SQLite in one process, and over PostgreSQL in two, of which the second one does what
 * administrators do, and the first one has the users.
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Pool } from 'pg'
import { afterAll, expect } from 'vitest'
import { postgresDatabase } from '../../../src/stores/sql/postgres.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { openSqlite, sqliteDatabase } from '../../../src/stores/sql/sqlite.js'
import { startPostgres } from '../../setup/postgres.js'
import { dumpPostgres } from '../../stores/recorded/dump-postgres.js'
import { dumpSqlite } from '../../stores/recorded/dump-sqlite.js'
import { readPair, type Pair } from '../pair.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'
import { callerOf } from './calling.js'

/** Of every user here. */
export const password = 'eleven herons over a weir'
/** Of no user. */
export const wrong = 'twelve herons over a weir'
const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const attributes = `userAttributes:
  department: { type: text, claim: department }
  level: { type: number, claim: 'https://auth.example/level', clients: all }
  teams: { type: list, claim: teams }
  remote: { type: boolean }
`

/** One process, or two that share a database. */
interface World {
  readonly one: RunningService
  readonly two: RunningService
  readonly env: Readonly<Record<string, string>>
  readonly database: SqlDatabase
  /** All rows of all tables, as text. */
  readonly rows: () => Promise<readonly string[]>
}

/** Opens a world, by the database. */
export const worlds: Readonly<Record<string, () => Promise<World>>> = {
  SQLite: async () => {
    const folder = newFolder()
    const env = { ...configured(''), DATA_DIR: folder, LOG_LEVEL: 'warn' }
    await addRoot(env)
    const one = await started(folder, env)
    const client = await openSqlite(join(folder, 'jotgate.db'))
    closing.push(() => {
      client.close()
    })
    const rows = async () => (await dumpSqlite(client)).rows
    return { one, two: one, env, database: sqliteDatabase(client), rows }
  },
  PostgreSQL: async () => {
    const { url } = await startPostgres()
    const secrets = 'encryptionKey: env:RING_KEY\nrefreshSecret: env:REFRESH_SECRET\n'
    const env = {
      ...configured(`database: ${url}\n${secrets}`),
      RING_KEY: randomBytes(32).toString('base64'),
      REFRESH_SECRET: randomBytes(48).toString('base64'),
      DATA_DIR: newFolder(),
      LOG_LEVEL: 'warn',
    }
    await addRoot(env)
    const [one, two] = [await started(newFolder(), env), await started(newFolder(), env)]
    const pool = new Pool({ connectionString: url, max: 2 })
    closing.push(() => pool.end())
    const rows = async () => (await dumpPostgres(url, 'public')).rows
    return { one, two, env, database: postgresDatabase(pool, { deadlineMs: 10_000 }), rows }
  },
}

/** A folder that is gone after the tests of the file. */
export function newFolder(): string {
  const folder = temporaryFolder()
  closing.push(() => {
    folder.remove()
  })
  return folder.path
}

function configured(more: string): { JOTGATE_CONFIG: string } {
  const file = join(newFolder(), 'jotgate.yaml')
  const fields = 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n'
  writeFileSync(file, `${fields}${attributes}${more}`)
  return { JOTGATE_CONFIG: file }
}

async function addRoot(env: Readonly<Record<string, string>>): Promise<void> {
  const { code, output } = await runService(env, ['user', 'add', 'root', 'admin'], password)
  expect([code, output]).toEqual([0, expect.stringContaining('added root')])
}

async function started(dataDir: string, env: Readonly<Record<string, string>>) {
  const service = await startService({ dataDir, env: { ...env, DATA_DIR: dataDir } })
  closing.push(() => service.stop())
  return service
}

/** What an access token says, unverified. */
export const claimsOf = ({ accessToken }: Pair): Record<string, unknown> => {
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()
  return JSON.parse(payload) as Record<string, unknown>
}

/** Calls of a world: those of users, and those of its administrator. */
export function callersOf(open: () => Promise<World>) {
  let world: World | undefined
  let admin: Pair
  const opened = (): World => {
    if (!world) throw new Error('was not opened')
    return world
  }
  const users = callerOf(() => opened().one)
  const admins = callerOf(() => opened().two)
  const asAdmin = (operation: string, body?: unknown) =>
    admins.call(operation, admin.accessToken, body)
  const loginStatus = async (username: string, secret = password) => {
    const body = { username, password: secret }
    return (await users.call('POST /user/login', undefined, body)).status
  }
  return {
    ...{ world: opened, admin: () => admin, users, admins, asAdmin, loginStatus },
    start: async () => {
      world = await open()
      admin = await admins.login('root', password)
    },
    add: async (username: string, roles: readonly string[] = []) => {
      const { status, body } = await asAdmin('POST /admin/users', { username, password, roles })
      expect([username, status]).toEqual([username, 200])
      return String(body['id'])
    },
    refreshed: async ({ refreshToken }: Pair) =>
      readPair((await users.call('POST /user/refresh', undefined, { refreshToken })).body),
    locksOf: async (id: string) =>
      (await asAdmin(`GET /admin/locks?user=${id}`)).body['locks'] as Record<string, unknown>[],
    lock: async (username: string) => {
      for (let i = 0; i < 6; i++) expect(await loginStatus(username, wrong)).toBe(401)
    },
  }
}

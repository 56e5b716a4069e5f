import { randomBytes } from 'node:crypto'
import { Pool } from 'pg'
import { expect, test } from 'vitest'
import { createSqlUsers } from '../../../apps/auth-service/src/users/sql-users.js'
import { newUser } from '../../../apps/auth-service/src/users/users.js'
import { claimDatabase, modeSchema } from '../../../apps/auth-service/src/storage/mode.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { postgresDatabase, postgresStores } from '../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../../src/stores/sql/sqlite.js'
import type { SqlStores } from '../../../src/stores/sql/sql-stores.js'
import { startPostgres } from '../../setup/postgres.js'

interface Rooms {
  readonly database: SqlDatabase
  readonly stores: SqlStores
  readonly close: () => Promise<void> | void
}

const kinds: Readonly<Record<string, () => Promise<Rooms>>> = {
  SQLite: async () => {
    const file = await openSqlite(':memory:')
    return {
      database: sqliteDatabase(file),
      stores: sqliteStores(file),
      close: () => {
        file.close()
      },
    }
  },
  PostgreSQL: async () => {
    const { url } = await startPostgres()
    const schema = `mode_${randomBytes(4).toString('hex')}`
    const pool = new Pool({ connectionString: url, max: 4 })
    await pool.query(`CREATE SCHEMA ${schema}`)
    const options = { schema, deadlineMs: 60_000 }
    return {
      database: postgresDatabase(pool, options),
      stores: postgresStores(pool, options),
      close: () => pool.end(),
    }
  },
}

/** As the storage of the service opens it. */
async function openRooms(kind: string): Promise<Rooms> {
  const open = kinds[kind]
  if (open === undefined) throw new Error('there is no such database')
  const rooms = await open()
  await rooms.stores.migrate()
  return rooms
}

async function firstRevocation({ stores }: Rooms, issuer: string): Promise<void> {
  const now = Math.floor(Date.now() / 1000)
  const feed = await stores.revocations.open({
    firstEntry: { kind: 'all', issuer, before: now, expiresAt: now + 60 },
    listener: { add: () => undefined, lost: () => undefined },
  })
  feed.close()
}

/** What a release that wrote no note has left, and whether a demo may have left it. */
const left: readonly (readonly [string, boolean, (rooms: Rooms) => Promise<unknown>])[] = [
  ['nothing', true, () => Promise.resolve()],
  ['revocations of a demo', true, (rooms) => firstRevocation(rooms, 'http://127.0.0.1:8888')],
  ['revocations of an issuer', false, (rooms) => firstRevocation(rooms, 'https://auth.example')],
  [
    'a user',
    false,
    async ({ database }) => {
      const users = await createSqlUsers(database)
      await users.create(newUser({ username: 'boss', passwordHash: 'of boss', roles: ['admin'] }))
    },
  ],
]

const cases = Object.keys(kinds).flatMap((kind) =>
  left.map(([what, may, leave]) => ({ kind, what, may, leave })),
)

test.each(cases)('over $kind with $what and no note a demo starts: $may', async (each) => {
  const { kind, may, leave } = each
  const rooms = await openRooms(kind)
  try {
    await leave(rooms)
    const claim = claimDatabase(rooms.database, 'demo')
    await (may ? claim : expect(claim).rejects.toThrow('JOTGATE_CONFIG'))
  } finally {
    await rooms.close()
  }
})

test.each(Object.keys(kinds))(
  'over %s a configuration may follow a demo, and no demo a configuration',
  async (kind) => {
    const rooms = await openRooms(kind)
    const { database } = rooms
    try {
      for (const mode of ['demo', 'demo', 'configured', 'configured'] as const)
        await claimDatabase(database, mode)
      await expect(claimDatabase(database, 'demo')).rejects.toThrow('JOTGATE_CONFIG')
      const modes = await database.query('SELECT mode FROM service_mode ORDER BY mode')
      expect(modes.map(({ mode }) => mode)).toEqual(['configured', 'demo'])
      expect(modeSchema.versions).toHaveLength(1)
    } finally {
      await rooms.close()
    }
  },
)

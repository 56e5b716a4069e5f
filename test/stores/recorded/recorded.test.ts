import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Client, Pool } from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Delivery } from '../../../apps/auth-service/src/outbox/message.js'
import { createOutbox } from '../../../apps/auth-service/src/outbox/outbox.js'
import { createAudit } from '../../../apps/auth-service/src/audit/audit.js'
import { auditKeysOf } from '../../../apps/auth-service/src/audit/audit-keys.js'
import { verifyAudit } from '../../../apps/auth-service/src/audit/verify.js'
import { theService } from '../../../apps/auth-service/src/events/event.js'
import { createProcesses } from '../../../apps/auth-service/src/observing/processes.js'
import { createSharedAddress } from '../../../apps/auth-service/src/observing/shared-address.js'
import { createTraffic } from '../../../apps/auth-service/src/observing/traffic.js'
import { createSqlClients } from '../../../apps/auth-service/src/oauth/sql-clients.js'
import { claimDatabase } from '../../../apps/auth-service/src/storage/mode.js'
import { createSqlUsers } from '../../../apps/auth-service/src/users/sql-users.js'
import { createKeyRing } from '../../../src/key-sources/key-ring.js'
import type { KeyRingStore } from '../../../src/key-sources/ports.js'
import type { RevocationStore } from '../../../src/revocation/ports.js'
import type { SessionStore } from '../../../src/session/ports.js'
import { redisStores } from '../../../src/stores/redis/index.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { migrate } from '../../../src/stores/sql/migrate.js'
import { postgresDatabase, postgresStores } from '../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../../src/stores/sql/sqlite.js'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'
import { startRedis, type RedisServer } from '../../setup/redis.js'
import { follow, readWhole } from '../feed-listener.js'
import * as written from './contents.js'
import { dumpPostgres } from './dump-postgres.js'
import { dumpRedis, loadRedis } from './dump-redis.js'
import { dumpSqlite } from './dump-sqlite.js'
import { fill } from './present.js'
import type { Drawn } from './program.js'
import { linesOf, recordings, type Recording } from './recordings.js'
import { schemas } from './schemas.js'
import { useSecondFactor } from './second-factors.js'
import { clientsIn, useSite } from './sites.js'

const folder = mkdtempSync(join(tmpdir(), 'jotgate-recorded-'))
const closing: (() => unknown)[] = []
let postgres: PostgresServer
let redis: RedisServer
let names = 0
const newName = () => `recorded_${String(process.pid)}_${String(names++)}`

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()])
  rmSync(folder, { recursive: true })
})

interface Opened {
  readonly sessions: SessionStore
  readonly revocations: RevocationStore
  readonly keys: KeyRingStore
  readonly drawn: Pick<Drawn, 'kid'>
}

interface OpenedSql extends Opened {
  readonly database: SqlDatabase
  readonly drawn: Drawn
  /** The statements that would make its tables. */
  readonly tables: () => Promise<readonly string[]>
}

const sqlStores: Readonly<Record<string, (recording?: Recording) => Promise<OpenedSql>>> = {
  SQLite: async (recording) => {
    const client = await openSqlite(join(folder, `${newName()}.db`))
    closing.push(() => client.close())
    if (recording) client.exec(recording.sqlite)
    return {
      ...sqliteStores(client),
      database: sqliteDatabase(client),
      drawn: recording?.drawn.sqlite ?? { kid: '' },
      tables: async () => (await dumpSqlite(client)).tables,
    }
  },
  PostgreSQL: async (recording) => {
    const schema = newName()
    const loader = new Client(postgres.url)
    await loader.connect()
    await loader.query(`CREATE SCHEMA ${schema}; SET search_path TO ${schema}`)
    if (recording) await loader.query(recording.postgres)
    await loader.end()
    const pool = new Pool({ connectionString: postgres.url, max: 5 })
    closing.push(() => pool.end())
    const options = { schema, deadlineMs: 10_000 }
    return {
      ...postgresStores(pool, options),
      database: postgresDatabase(pool, options),
      drawn: recording?.drawn.postgres ?? { kid: '' },
      tables: async () => (await dumpPostgres(postgres.url, schema)).tables,
    }
  },
}

async function openRedis(recording: Recording): Promise<Opened> {
  const client = new Redis(redis.url)
  closing.push(() => {
    client.disconnect()
  })
  const prefix = newName()
  await loadRedis(client, recording.redis, prefix)
  return { ...redisStores(client, { prefix, deadlineMs: 10_000 }), drawn: recording.drawn.redis }
}

/** What every store must go on with. */
const cases: Readonly<Record<string, (opened: Opened, recording: Recording) => Promise<void>>> = {
  'are found, rotated and ended as if nothing had happened': async ({ sessions }) => {
    const { fresh, rotated, ended } = written.sessions
    expect(await sessions.find(fresh.id)).toEqual(fresh)
    expect(await sessions.findBySid(rotated.sid)).toMatchObject({ generation: 2, parent: 1 })
    expect(await sessions.list('user-1', written.start + 1300)).toHaveLength(2)
    expect((await sessions.rotate(written.request(fresh, 0, 30))).kind).toBe('rotated')
    expect((await sessions.rotate(written.request(rotated, 2, 30))).kind).toBe('rotated')
    expect((await sessions.rotate(written.request(rotated, 0, 30))).kind).toBe('reused')
    expect((await sessions.rotate(written.request(ended, 0, 30))).kind).toBe('ended')
    const left = { subject: 'user-1', now: written.start + 2000 }
    expect(await sessions.endAll(left)).toMatchObject([{ id: fresh.id, generation: 1 }])
    const before = fresh.absoluteExpiry + 1
    expect(await sessions.sweep({ before, endedBefore: 0, limit: 100 })).toBe(3)
  },
  'keep their key ring, whose keys sign and whose next state can be written': async (opened) => {
    const { encryptionKey, tokenLife } = written
    const [store, now] = [opened.keys, () => written.start + 60]
    const ring = createKeyRing({ store, algorithm: 'ES256', encryptionKey, tokenLife, now })
    closing.push(() => {
      ring.close()
    })
    await ring.start()
    expect(ring.signingKey().kid).toBe(opened.drawn.kid)
    const { revision } = ring.status()
    expect(await ring.revoke(opened.drawn.kid)).toBe(true)
    expect(ring.signingKey().kid).not.toBe(opened.drawn.kid)
    expect(ring.status().revision).toBe(revision + 1)
  },
}

async function keepRefusing({ revocations }: Opened): Promise<void> {
  expect(await revocations.find(written.revocations)).toEqual(
    expect.arrayContaining([...written.revocations]),
  )
  const { feed, entries } = await follow(revocations)
  const known = (await readWhole(feed, written.start)).entries
  expect(known).toEqual(expect.arrayContaining([...written.revocations]))
  const more = { ...written.firstEntry, kind: 'sid', value: 'later' } as const
  await revocations.add([more])
  await feed.heartbeat()
  expect(entries).toMatchObject([{ kind: 'sid', value: 'later' }])
  expect((await readWhole(feed, written.start)).entries).toHaveLength(known.length + 1)
  feed.close()
}

describe.each(recordings.map((each) => [each.name, each] as const))(
  'what was recorded %s',
  (_, recording) => {
    const stores = { ...sqlStores, Redis: openRedis }

    describe.each(Object.entries(stores))('sessions in %s', (...[, open]) => {
      test.each(Object.entries(cases))('%s', async (...[, run]) => {
        await run(await open(recording), recording)
      })
    })

    const withRevocations = Object.entries(stores).filter(
      ([store]) => store !== 'Redis' || recording.redis.some(([, key]) => key.startsWith('{')),
    )
    test.each(withRevocations)(
      'revocations in %s go on refusing, and take more',
      async (...[, open]) => {
        await keepRefusing(await open(recording))
      },
    )

    describe.each(Object.entries(sqlStores))('tables in %s', (store, open) => {
      test('the recorded tables are those that the versions they name make', async () => {
        const recorded = await (await open(recording)).tables()
        const { database, tables } = await open()
        for (const { part, versions } of schemas) {
          const version = recording.versions[part] ?? unnumbered(recording, part)
          await migrate(database, { part, versions: versions.slice(0, version) })
        }
        expect([...recorded].sort()).toEqual([...(await tables())].sort())
      })

      test('the recorded tables keep users and clients of the service, and the list of its processes', async () => {
        const { database, drawn } = await open(recording)
        const users = await createSqlUsers(database)
        const hasRows = recording.versions['service_user_times'] !== undefined
        expect(await users.list({ limit: 10 })).toEqual(hasRows ? usersWithRows : written.users)
        expect(await users.setDisabled('user-2', false)).toMatchObject({ disabled: false })
        const clients = await createSqlClients(database, written.times)
        expect(await clients.list({ limit: 10 })).toHaveLength(clientsIn(drawn))
        if (drawn.client !== undefined) {
          const { name, policy } = written.client
          const there = { name, policy, receivesRoles: false }
          expect(await clients.authenticate(drawn.client)).toMatchObject(there)
          const rotated = await clients.rotateSecret(drawn.client.id, 60)
          expect(rotated?.oldSecretUntil).toBeGreaterThan(0)
        }
        await expectProcesses(database, drawn.client === undefined ? 0 : 1)
      })

      test('a recorded client that logs users in goes on, and no assertion of it is taken again', async () => {
        const { database, drawn } = await open(recording)
        expect('site' in drawn).toBe('service_client_sign_in' in recording.versions)
        const { client, keys, again, other } = await useSite(database, drawn)
        expect(client).toMatchObject({ ...written.site, keys })
        expect([again, other]).toEqual([undefined, client])
      })

      test('a message that waits in the recorded outbox is delivered', async () => {
        const { database } = await open(recording)
        const isRecorded = recording.versions['service_outbox'] !== undefined
        const log = pino({ level: 'silent' })
        const outbox = await createOutbox({ database, kind: kindOf(store), log })
        closing.push(() => outbox.close())
        const delivered: unknown[] = []
        const send = ({ id, topic, target, body, attempt }: Delivery) => {
          delivered.push({ id, topic, target, body, attempt })
          return Promise.resolve({ kind: 'delivered' } as const)
        }
        outbox.deliver('webhook', { serves: () => true, send })
        const message = written.outboxMessage
        if (!isRecorded) await outbox.add(message)
        await expect.poll(() => delivered).toEqual([{ ...message, attempt: 1 }])
      })

      test('the recorded audit log verifies, and another chain vouches for its head', async () => {
        const { database } = await open(recording)
        const keys = auditKeysOf([written.encryptionKey])
        const log = pino({ level: 'silent' })
        const audit = await createAudit({ database, keys, log, writer: theService })
        await audit.open()
        const chains = recording.versions['service_audit'] === undefined ? 0 : 1
        const found = await audit.search({ actor: 'user-1' }, { limit: 9, order: 'newest first' })
        expect(found).toHaveLength(chains)
        for (const row of found) expect(row.subjectName).toBe('bob')
        const verdict = await verifyAudit({ database, keys, keep: 34_560_000 })
        expect(verdict).toMatchObject({ findings: [], chains: chains + 1, rows: 3 * chains + 1 })
      })

      test('recorded second factors ask for codes of the same secrets', async () => {
        const { database, drawn } = await open(recording)
        const { state, used } = await useSecondFactor(database, drawn)
        const isRecorded = drawn.secondFactor !== undefined
        expect(state).toEqual({ isActive: isRecorded, recoveryCodes: isRecorded ? 10 : 0 })
        expect(used).toEqual(isRecorded ? ['otp', 'recovery'] : [])
      })

      test('over the recorded tables no demo starts', async () => {
        const { database } = await open(recording)
        // Code that was never released gave its parts no numbers.
        for (const schema of schemas) await migrate(database, schema)
        await expect(claimDatabase(database, 'demo')).rejects.toThrow('JOTGATE_CONFIG')
      })
    })
  },
)

const kindOf = (store: string) => (store === 'SQLite' ? 'sqlite' : 'postgres')

/** The users of recordings that have times and attributes. */
const usersWithRows = written.users.map((user) => ({
  ...user,
  createdAt: written.start,
  ...(user.id === 'user-1' ? { lastLoginAt: written.start, attributes: written.attributes } : {}),
}))

/** A table that was made before its versions had numbers is that of version 1. */
function unnumbered({ sqlite }: Recording, part: string): number {
  return sqlite.includes(`CREATE TABLE ${part} `) ? 1 : 0
}

/** The recorded process is listed by one that begins now, as if it had written just now. */
async function expectProcesses(database: SqlDatabase, recorded: number): Promise<void> {
  const [traffic, shared] = [createTraffic(), createSharedAddress()]
  const parts = { database, traffic, shared, log: pino({ level: 'silent' }) }
  const revocations = () => written.status
  if (recorded > 0)
    await database.query('UPDATE service_processes SET seen_at = $1', [
      Math.floor(Date.now() / 1000),
    ])
  const processes = await createProcesses({ ...parts, revocations })
  const others = (await processes.list()).filter(({ current }) => !current)
  expect(others).toHaveLength(recorded)
  for (const { entries } of others) expect(entries).toBe(written.status.entries)
  await processes.close()
}

test('the newest recording holds the keys and fields in Redis that this release writes', async () => {
  const client = new Redis(redis.url)
  closing.push(() => {
    client.disconnect()
  })
  const [schema, prefix] = [newName(), newName()]
  const sqlite = join(folder, `${schema}.db`)
  await fill({ sqlite, postgres: postgres.url, schema, redis: redis.url, prefix }, written)
  const now = shapeOf(await dumpRedis(client, prefix), prefix)
  expect(now.length).toBeGreaterThan(10)
  const recorded = recordings.map(({ redis: commands }) => shapeOf(commands, 'recorded'))
  expect(recorded).toContainEqual(now)
})

/** What is the same whenever the same contents are written: commands, keys, and the names of a hash's or message's fields. */
function shapeOf(commands: Recording['redis'], prefix: string): readonly string[] {
  return commands.map(([command, key, ...args]) => {
    const place = `${command} ${key.replace(prefix, '')}`
    if (command === 'HSET' && !key.startsWith('{')) return `${place} ${evens(args)}`
    return command === 'XADD' ? `${place} ${evens(args.slice(1))}` : place
  })
}

const evens = (args: readonly string[]) => args.filter((_, at) => at % 2 === 0).join(' ')

test('a recording is small, and each statement of it stands on a line', () => {
  expect(recordings.length).toBeGreaterThanOrEqual(3)
  for (const { sqlite, postgres: text } of recordings) {
    for (const dump of [sqlite, text]) {
      expect(dump.length).toBeLessThan(24_000)
      for (const line of linesOf(dump)) expect(line).toMatch(/^(?:CREATE|INSERT) .*;$/)
    }
  }
})

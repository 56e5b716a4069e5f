import { Redis } from 'ioredis'
import { Secret, TOTP } from 'otpauth'
import { Pool } from 'pg'
import { pino } from 'pino'
import { createAudit } from '../../../apps/auth-service/src/audit/audit.js'
import { auditKeysOf } from '../../../apps/auth-service/src/audit/audit-keys.js'
import { theService, userParty } from '../../../apps/auth-service/src/events/event.js'
import { migrateLimits } from '../../../apps/auth-service/src/limits/postgres-limits.js'
import { createAdding } from '../../../apps/auth-service/src/outbox/adding.js'
import { createWaiting } from '../../../apps/auth-service/src/outbox/waiting.js'
import {
  databaseClock,
  type DatabaseKind,
} from '../../../apps/auth-service/src/outbox/database-clock.js'
import { migrateOutbox } from '../../../apps/auth-service/src/outbox/outbox-schema.js'
import { createProcesses } from '../../../apps/auth-service/src/observing/processes.js'
import { createSharedAddress } from '../../../apps/auth-service/src/observing/shared-address.js'
import { createTraffic } from '../../../apps/auth-service/src/observing/traffic.js'
import { codeSchema } from '../../../apps/auth-service/src/oauth/authorize/codes.js'
import { consentSchema } from '../../../apps/auth-service/src/oauth/authorize/consents.js'
import { siteSchema } from '../../../apps/auth-service/src/oauth/authorize/sites.js'
import { createSqlClients } from '../../../apps/auth-service/src/oauth/sql-clients.js'
import { claimDatabase } from '../../../apps/auth-service/src/storage/mode.js'
import { createSealing } from '../../../apps/auth-service/src/storage/sealing.js'
import { createTotp } from '../../../apps/auth-service/src/users/second-factor/totp.js'
import { createSqlUsers } from '../../../apps/auth-service/src/users/sql-users.js'
import { createKeyRing } from '../../../src/key-sources/key-ring.js'
import type { KeyRingStore } from '../../../src/key-sources/ports.js'
import { redisStores, type RedisStores } from '../../../src/stores/redis/index.js'
import { attemptsSchema } from '../../../src/stores/sql/attempts.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { migrate } from '../../../src/stores/sql/migrate.js'
import { postgresDatabase, postgresStores } from '../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../../src/stores/sql/sqlite.js'
import type * as contents from './contents.js'
import type { Drawn, DrawnByStore, Places } from './program.js'
import { addSite } from './sites.js'

/** The program as it is, for recording it. */
export async function fill(places: Places, written: typeof contents): Promise<DrawnByStore> {
  const file = await openSqlite(places.sqlite)
  const pool = new Pool({ connectionString: places.postgres, max: 5 })
  const redis = new Redis(places.redis)
  const options = { schema: places.schema, deadlineMs: 10_000 }
  try {
    const inRedis = redisStores(redis, { prefix: places.prefix, deadlineMs: 10_000 })
    return {
      sqlite: {
        kid: await fillStores(sqliteStores(file), written),
        ...(await fillTables(sqliteDatabase(file), 'sqlite', written)),
      },
      postgres: {
        kid: await fillStores(postgresStores(pool, options), written),
        ...(await fillTables(postgresDatabase(pool, options), 'postgres', written)),
      },
      redis: { kid: await fillStores(inRedis, written) },
    }
  } finally {
    file.close()
    await pool.end()
    redis.disconnect()
  }
}

async function fillStores(stores: RedisStores, written: typeof contents): Promise<string> {
  const { fresh, rotated, ended } = written.sessions
  for (const each of [fresh, rotated, ended]) await stores.sessions.create(each)
  await stores.sessions.rotate(written.request(rotated, 0, 10))
  await stores.sessions.rotate(written.request(rotated, 1, 20))
  await stores.sessions.end(ended.id, written.start + 7)
  const listener = { add: () => undefined, lost: () => undefined }
  const feed = await stores.revocations.open({ firstEntry: written.firstEntry, listener })
  await stores.revocations.add(written.revocations)
  feed.close()
  return fillRing(stores.keys, written)
}

async function fillRing(store: KeyRingStore, written: typeof contents): Promise<string> {
  const { encryptionKey, tokenLife, start } = written
  const now = () => start
  const ring = createKeyRing({ store, algorithm: 'ES256', encryptionKey, tokenLife, now })
  await ring.start()
  ring.close()
  return ring.signingKey().kid
}

const century = 100 * 365 * 86_400_000

/** The service's own tables. The process stays on its list, as one does that is killed. */
async function fillTables(
  database: SqlDatabase,
  kind: DatabaseKind,
  written: typeof contents,
): Promise<Pick<Drawn, 'client' | 'site' | 'secondFactor'>> {
  await migrate(database, attemptsSchema)
  const users = await createSqlUsers(database, database, () => written.start)
  for (const user of written.users) await users.create(user)
  await users.noteLogin('user-1')
  await users.replaceAttributes('user-1', { from: {}, to: written.attributes })
  const rules = { ...written.times, issuer: written.issuer }
  const clients = await createSqlClients(database, rules, { now: () => written.start })
  const { client, secret = '' } = await clients.create(written.client)
  const site = await addSite(clients)
  const log = pino({ level: 'silent' })
  const revocations = () => written.status
  const [traffic, shared] = [createTraffic(), createSharedAddress()]
  await createProcesses({ database, traffic, shared, revocations, log })
  await migrateLimits(database)
  await database.query(
    'INSERT INTO service_locks (account, user_id, locked_until) VALUES ($1, $2, $3)',
    ['recorded', 'user-2', written.start * 1000],
  )
  await claimDatabase(database, 'configured')
  await migrateOutbox(database)
  for (const schema of [codeSchema, siteSchema, consentSchema]) await migrate(database, schema)
  // Added long ago and still tried for, whenever the recording is read.
  const clock = databaseClock(kind, () => 0)
  const limits = { giveUpAfter: century, most: 1 }
  const adding = createAdding({ database, clock, waiting: createWaiting(1), limits })
  await adding.add(written.outboxMessage)
  await fillAudit(database, written)
  const secondFactor = await fillFactors(database, written)
  return { client: { id: client.id, secret }, site, secondFactor }
}

/** The first user's, and one that the second user has begun. */
async function fillFactors(
  database: SqlDatabase,
  written: typeof contents,
): Promise<Required<Drawn>['secondFactor']> {
  const sealing = createSealing([written.encryptionKey])
  const now = () => Promise.resolve(written.start)
  const factor = await createTotp({ database, starting: database, sealing, name: 'recorded', now })
  const [user, other] = written.users
  await factor.begin(other)
  const { secret } = await factor.begin(user)
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({
    timestamp: written.start * 1000,
  })
  const right = await factor.checkBegun(user, code)
  const [recoveryCode = ''] = (right && (await factor.confirm(user, right))) ?? []
  return { secret, recoveryCode }
}

/** One chain, with a row about two users. */
async function fillAudit(database: SqlDatabase, written: typeof contents): Promise<void> {
  const keys = auditKeysOf([written.encryptionKey])
  const log = pino({ level: 'silent' })
  const audit = await createAudit({ database, keys, log, writer: theService, host: 'recorded' })
  const [alice, bob] = written.users
  await audit.sink.take({
    ...{ id: 'event-1', at: written.start, kind: 'user.changed', result: 'done' },
    ...{ actor: userParty(alice), subject: userParty(bob), sid: 'sid-fresh' },
    from: { address: '203.0.113.7', userAgent: 'Recorded/1.0' },
    details: { disabled: true },
  })
  await audit.close()
}

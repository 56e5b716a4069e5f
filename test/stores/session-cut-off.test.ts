import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRevocation } from '../../src/revocation/index.js'
import type { RevocationStore } from '../../src/revocation/ports.js'
import { valueOfCutOff } from '../../src/revocation/session-cut-off.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { postgresStores } from '../../src/stores/sql/postgres.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { fakeClock } from '../../src/testkit/index.js'
import { issuer, now } from '../../src/testkit/revocation-samples.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { startRedis, type RedisServer } from '../setup/redis.js'
import { releaseBefore } from './release-before.js'

let redis: RedisServer
let postgres: PostgresServer
let pool: Pool
let client: Redis
beforeAll(async () => {
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  client = new Redis(redis.url).on('error', () => undefined)
  pool = new Pool({ connectionString: postgres.url }).on('error', () => undefined)
}, 300_000)
afterAll(async () => {
  client.disconnect()
  await pool.end()
  await Promise.all([redis.stop(), postgres.stop()])
})

const draw = () => randomBytes(4).toString('hex')
const deadlineMs = 10_000
const sites: Readonly<Record<string, () => Promise<RevocationStore>>> = {
  memory: () => Promise.resolve(memoryStores().revocations),
  SQLite: async () => sqliteStores(await openSqlite(':memory:')).revocations,
  PostgreSQL: () =>
    Promise.resolve(postgresStores(pool, { schema: `cut_${draw()}`, deadlineMs }).revocations),
  Redis: () =>
    Promise.resolve(redisStores(client, { prefix: `cut-${draw()}`, deadlineMs }).revocations),
}

const claims = { sub: 'user-1', sid: 's-1', jti: 'j', client_id: 'web', iat: now }
const token = { header: { alg: 'HS256' }, claims, payload: { ...claims, iss: issuer } } as never // as verified

async function startPresent(store: RevocationStore) {
  const revocation = createRevocation({ store, issuer, accessTtl: '15m', now: fakeClock(now).now })
  await revocation.start()
  return revocation
}

describe.each(Object.entries(sites))(
  'beside a process of the release before, over %s',
  (_, open) => {
    test('the release before reads the cut-off of a session, refuses nothing by it, and ends no session', async () => {
      const store = await open()
      const present = await startPresent(store)
      const running = await releaseBefore(store)
      await present.revoke({ sid: 's-1', before: now + 60 })
      await running.feed.heartbeat()
      const restarted = await releaseBefore(store)
      for (const old of [running, restarted]) {
        expect(old.lost).toEqual([])
        expect(old.refuses(issuer, { ...claims, iat: now + 1 })).toBe(false)
        expect(old.refuses(issuer, { sub: valueOfCutOff('s-1'), iat: now + 1 })).toBe(false)
        expect(old.isSidRevoked(issuer, 's-1')).toBe(false)
        old.feed.close()
      }
      expect(present.isRevoked(token)).toBe(true)
      present.close()
    })

    test('what the release before revokes whole stays revoked whole, whichever comes first', async () => {
      const store = await open()
      const present = await startPresent(store)
      const old = await releaseBefore(store)
      const whole = (value: string) =>
        store.add([{ kind: 'sid', issuer, value, expiresAt: now + 1260 }])
      await present.revoke({ sid: 's-1', before: now + 60 })
      await whole('s-1')
      await whole('s-2')
      await present.revoke({ sid: 's-2', before: now + 60 })
      await old.feed.heartbeat()
      for (const sid of ['s-1', 's-2']) {
        await expect.poll(() => present.isSidRevoked(sid), { timeout: 20_000 }).toBe(true)
        expect(old.isSidRevoked(issuer, sid)).toBe(true)
      }
      old.feed.close()
      present.close()
    })

    test('the release before puts the cut-off of a session back into a store that lost it', async () => {
      const [store, empty] = [await open(), await open()]
      const present = await startPresent(store)
      await present.revoke({ sid: 's-1', before: now + 60 })
      const old = await releaseBefore(store)
      await old.putBack(empty)
      const later = await startPresent(empty)
      expect(later.isRevoked(token)).toBe(true)
      expect(later.isSidRevoked('s-1')).toBe(false)
      old.feed.close()
      for (const each of [present, later]) each.close()
    })
  },
)

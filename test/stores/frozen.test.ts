import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRevocation } from '../../src/revocation/index.js'
import type { RevocationStore } from '../../src/revocation/ports.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { postgresStores } from '../../src/stores/sql/postgres.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { fakeClock } from '../../src/testkit/index.js'
import { issuer } from '../../src/testkit/revocation-samples.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { startRedis, type RedisServer } from '../setup/redis.js'
import { ioredisAt, nodeRedisAt } from './redis/servers.js'
import type { Found } from './children/frozen.js'
import { openStores } from './children/open-stores.js'
import { compileForChildren, startChild } from './compile.js'

let folder = ''
let redis: RedisServer
let postgres: PostgresServer
const closing: (() => unknown)[] = []
beforeAll(async () => {
  ;[folder, redis, postgres] = await Promise.all([
    compileForChildren('frozen'),
    startRedis({}),
    startPostgres(),
  ])
}, 300_000)
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await Promise.all([redis.stop(), postgres.stop()])
  rmSync(folder, { recursive: true, force: true })
})

const draw = () => randomBytes(4).toString('hex')
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test.concurrent(
  'a process that was stopped for 15 s answers its first requests right, over every store',
  async () => {
    const places = [
      `sqlite:${join(folder, `${draw()}.db`)}`,
      `${postgres.url}#frozen_${draw()}`,
      `io${redis.url}#frozen-${draw()}`,
      `node-${redis.url}#frozen-${draw()}`,
    ]
    const wakenOf = await Promise.all(
      places.map(async (place) => {
        const child = await startChild(folder, 'frozen', [place])
        closing.push(() => child.kill('SIGKILL'))
        const { revocations: store } = await openStores(place)
        child.kill('SIGSTOP')
        const revocation = createRevocation({ store, issuer, accessTtl: '15m' })
        await revocation.revoke({ sid: 'revoked' })
        return async (): Promise<readonly Found[]> => {
          const answer = once(child, 'message')
          child.send(['good', 'revoked'])
          child.kill('SIGCONT')
          const [found] = (await answer) as [Found[]] // as the child sends it
          return found
        }
      }),
    )
    await sleep(15_000)
    const found = await Promise.all(wakenOf.map((waken) => waken()))
    for (const [at, [good, revoked]] of found.entries()) {
      const [kind] = (places[at] ?? '').split(':')
      const how = good?.isAsked === true ? 'by asking' : 'from memory'
      console.log(`${String(kind)}: answered ${how} within ${good?.ms.toFixed(1) ?? ''} ms`)
      expect([good?.isRevoked, revoked?.isRevoked]).toEqual([false, true])
    }
  },
  120_000,
)

interface Site {
  readonly store: RevocationStore
  /** Has the server no longer be a primary. */
  readonly demote: () => Promise<unknown>
  readonly empty: () => Promise<unknown>
}

async function redisSite(connect: typeof ioredisAt): Promise<Site> {
  const own = await startRedis({})
  const { client, close } = await connect(own.url)
  const admin = new Redis(own.url).on('error', () => undefined)
  closing.push(own.stop, close, () => {
    admin.disconnect()
  })
  const store = redisStores(client, { prefix: 'frozen', deadlineMs: 900 }).revocations
  return {
    store,
    demote: () => admin.replicaof('127.0.0.1', '1'),
    empty: () => admin.flushall(),
  }
}

const sites: Readonly<Record<string, () => Promise<Site>>> = {
  'Redis by ioredis': () => redisSite(ioredisAt),
  'Redis by node-redis': () => redisSite(nodeRedisAt),
  PostgreSQL: () => {
    // One connection for the feed, and one for everything else.
    const pool = new Pool({ connectionString: postgres.url, max: 2 })
    closing.push(() => pool.on('error', () => undefined).end())
    const schema = `frozen_${draw()}`
    return Promise.resolve({
      store: postgresStores(pool, { schema, deadlineMs: 900 }).revocations,
      demote: () => pool.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY'),
      empty: () =>
        pool.query(`DELETE FROM ${schema}.jotgate_revocations;
          DELETE FROM ${schema}.jotgate_revocation_epochs`),
    })
  },
  SQLite: async () => {
    const path = join(folder, `${draw()}.db`)
    const client = await openSqlite(path)
    closing.push(() => client.close())
    return {
      store: sqliteStores(client).revocations,
      // Another file is in its place, where other processes read and write.
      demote: async () => {
        await rename(path, `${path}-old`)
        ;(await openSqlite(path)).close()
      },
      empty: () => {
        client.exec('DELETE FROM jotgate_revocations; DELETE FROM jotgate_revocation_epochs')
        return Promise.resolve()
      },
    }
  },
}

const token = (sid: string) => {
  const payload = { sid, iss: issuer, sub: 'user-1', iat: Math.floor(Date.now() / 1000) + 60 }
  return { header: { alg: 'ES256' }, claims: payload, payload } as never // as verified
}

const unknown = { code: 'REVOCATION_UNKNOWN', status: 503 }

/** A process that can be made stale, and stays so until it is asked. */
async function startStale({ store }: Pick<Site, 'store'>) {
  const steady = fakeClock(0)
  const { now: monotonic } = steady
  const options = { store, issuer, accessTtl: '15m', heartbeatEveryMs: 5000, monotonic } as const
  const revocation = createRevocation({ ...options, whenStale: 'ask' })
  closing.push(() => {
    revocation.close()
  })
  await revocation.start()
  await revocation.revoke({ sid: 'known' })
  return {
    revocation,
    /** The answers of a process that has just become stale. */
    answersOf: (...sids: readonly string[]) => {
      steady.advance(15)
      return Promise.allSettled(sids.map(async (sid) => revocation.isRevoked(token(sid))))
    },
  }
}

const rejected = { status: 'rejected', reason: expect.objectContaining(unknown) as unknown }
const answered = (value: boolean) => ({ status: 'fulfilled', value })

describe.concurrent.each(Object.entries(sites))('a stale process over %s', (_, open) => {
  test('a stale process learns what others have revoked', async () => {
    const site = await open()
    const { answersOf } = await startStale(site)
    const other = createRevocation({ store: site.store, issuer, accessTtl: '15m' })
    await other.revoke({ sid: 'revoked' })
    await other.revoke({ sid: 'cut-off', before: Math.floor(Date.now() / 1000) + 100 })
    const answers = await answersOf('good', 'revoked', 'cut-off', 'known')
    expect(answers).toEqual([answered(false), answered(true), answered(true), answered(true)])
  })

  test('a stale process takes no answer of a server that is no primary any more', async () => {
    const site = await open()
    const { answersOf } = await startStale(site)
    await site.demote()
    expect(await answersOf('good', 'known')).toEqual([rejected, answered(true)])
  })

  test('a stale process takes no answer of a store that was emptied', async () => {
    const site = await open()
    const { answersOf } = await startStale(site)
    await site.empty()
    expect(await answersOf('good', 'known')).toEqual([rejected, answered(true)])
  })

  test('a stale process takes no answer of a store that was emptied and started again', async () => {
    const site = await open()
    const { answersOf, revocation } = await startStale(site)
    const { epoch } = revocation.status()
    await site.empty()
    const firstEntry = { kind: 'all', issuer, before: 1, expiresAt: 2 } as const
    const listener = { add: () => undefined, lost: () => undefined }
    const feed = await site.store.open({ firstEntry, listener })
    feed.close()
    expect(feed.epoch).not.toBe(epoch)
    // It may have read the new epoch itself by then, and knows what it knew before.
    const [good, known] = await answersOf('good', 'known')
    expect(known).toEqual(answered(true))
    if (revocation.status().epoch === epoch) expect(good).toEqual(rejected)
  })
})

test.concurrent(
  'a stale process takes no answer of a primary that does not reach its replicas',
  async () => {
    const { client, close } = await ioredisAt(redis.url)
    closing.push(close)
    const options = { prefix: draw(), deadlineMs: 900 }
    const store = redisStores(client, options).revocations
    await startStale({ store })
    const askedOver = async (minReplicas: number) => {
      const { revocations } = redisStores(client, { ...options, minReplicas })
      const given = { store: revocations, issuer, accessTtl: '15m', whenStale: 'ask' } as const
      return createRevocation(given).isRevoked(token('good'))
    }
    expect(await askedOver(0)).toBe(false)
    await expect(askedOver(1)).rejects.toMatchObject(unknown)
  },
)

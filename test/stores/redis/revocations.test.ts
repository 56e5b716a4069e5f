import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createRevocation, type Revocation } from '../../../src/revocation/index.js'
import type { RevocationEntry, RevocationStore } from '../../../src/revocation/ports.js'
import { confirmedWrites } from '../../../src/stores/redis/confirmed.js'
import { redisStores } from '../../../src/stores/redis/index.js'
import { pickDriver } from '../../../src/stores/redis/pick-driver.js'
import { redisPort } from '../../../src/stores/redis/redis-port.js'
import { redisRevocations } from '../../../src/stores/redis/revocations.js'
import { issuer, kinds, later, openFeed, session } from '../../../src/testkit/revocation-samples.js'
import { verifiedToken } from '../../revocation/tokens.js'
import { startSentinel } from '../../setup/redis-sentinel.js'
import { startRedis, type RedisServer } from '../../setup/redis.js'
import { ioredisAt, nodeRedisAt, type Connected } from './servers.js'

const subjectName = { kind: 'sub', issuer, value: 'user-1' } as const
const closing: (() => unknown)[] = []
let redis: RedisServer
let admin: Redis
let prefixes = 0
beforeAll(async () => {
  redis = await startRedis({})
  admin = new Redis(redis.url).on('error', () => undefined)
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(async () => {
  admin.disconnect()
  await redis.stop()
})

const ways = { ioredis: ioredisAt, 'node-redis': nodeRedisAt }

/** A store over a client of its own, and its keys' hashtag. */
async function openStore(
  connect: (url: string) => Promise<Connected> = ioredisAt,
  options: object = {},
) {
  const prefix = `revoked-${String(prefixes++)}`
  const { client, close } = await connect(redis.url)
  closing.push(close)
  const { revocations } = redisStores(client, { prefix, deadlineMs: 2000, ...options })
  return { store: revocations, tag: `{${prefix}:revocations}`, prefix }
}

const lostOf = async (lost: readonly unknown[]) => {
  await expect.poll(() => lost.length).toBe(1)
  const [cause] = lost
  if (!(cause instanceof Error)) return 'nothing'
  return cause.cause instanceof Error ? `${cause.message} ${cause.cause.message}` : cause.message
}

describe.each(Object.entries(ways))('a feed by %s', (_, connect) => {
  test.each([
    ['trimmed', (stream: string) => admin.xtrim(stream, 'MAXLEN', 0)],
    ['deleted', (stream: string) => admin.del(stream)],
  ])(
    'a feed ends when messages have gone from its stream before it saw them (%s)',
    async (...[, harm]) => {
      const { store, tag } = await openStore(connect)
      const { lost } = await openFeed(store)
      // All in one go, so that the follower cannot be faster; and later than what it read in the same millisecond.
      const stream = `${tag}:stream`
      const script =
        "redis.call('INCR', KEYS[2]) local id = string.format('%d-0', (redis.call('TIME')[1] + 1) * 1000) " +
        "redis.call('XADD', KEYS[1], id, 'n', 7, 'mark', 'x')"
      await harm(stream)
      await admin.eval(script, 2, stream, `${tag}:counter`)
      expect(await lostOf(lost)).toMatch(/messages of the stream are missing/)
    },
  )

  test('a feed ends when everything is gone, and the next one begins an epoch', async () => {
    const { store, tag } = await openStore(connect)
    const first = await openFeed(store)
    await admin.del(...(await admin.keys(`${tag}*`)))
    await expect(first.feed.heartbeat()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await lostOf(first.lost)).toMatch(/started a new epoch/)
    const second = await openFeed(store)
    expect(second.feed.isNewEpoch).toBe(true)
    expect(second.feed.epoch).not.toBe(first.feed.epoch)
    const held: RevocationEntry[] = []
    for await (const slice of second.feed.snapshot(0)) held.push(...slice)
    expect(held).toMatchObject([{ kind: 'all' }])
  })

  test('a feed ends when its connections are killed', async () => {
    const { store } = await openStore(connect)
    const { lost } = await openFeed(store)
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    expect(await lostOf(lost)).toMatch(/clos|connection/i)
  })

  test('a feed ends within its deadline when Redis stands still, though TCP does not', async () => {
    const { store } = await openStore(connect, { deadlineMs: 300 })
    const { feed, lost } = await openFeed(store)
    const pid = redis.pid ?? expect.unreachable()
    process.kill(pid, 'SIGSTOP')
    try {
      await expect(feed.heartbeat()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      expect(await lostOf(lost)).toMatch(/no answer within 300 ms|did not answer|is closed/)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  })
})

test('an entry that is swept while it is looked for is not there, and no fault', async () => {
  const { client, close } = await ioredisAt(redis.url)
  closing.push(close)
  const port = redisPort(pickDriver(client), 2000)
  const prefix = `revoked-${String(prefixes++)}`
  const { revocations: other } = redisStores(client, { prefix, deadlineMs: 2000 })
  await other.add(kinds)
  const store = redisRevocations({
    port: {
      ...port,
      command: async (key, args) => {
        if (args[0] === 'HMGET') await other.sweep(later + 1)
        return port.command(key, args)
      },
    },
    prefix,
    confirmed: confirmedWrites(port, { minReplicas: 0, deadlineMs: 2000 }),
  })
  const found = await store.find([subjectName, session('session-1')])
  expect(found).toEqual([session('session-1')])
})

test('an evicting Redis is refused, and the reason says so', async () => {
  const { store } = await openStore()
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
  try {
    const revocation = createRevocation({ store, issuer: 'i', accessTtl: '15m' })
    closing.unshift(() => {
      revocation.close()
    })
    const fault: unknown = await revocation.start().catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(Error)
    expect(String((fault as Error).cause)).toMatch(/maxmemory-policy is not noeviction/)
    expect(revocation.ready()).toBe(false)
  } finally {
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
  }
})

test('a Redis without memory keeps all of a call or nothing, says so, and takes no heartbeat', async () => {
  const { store } = await openStore()
  await store.add([session('before')])
  const { feed, lost } = await openFeed(store)
  await admin.config('SET', 'maxmemory', '1mb')
  const many = Array.from({ length: 300 }, (_, i) => session(`s-${String(i)}`))
  try {
    await expect(store.add(many)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await expect(feed.heartbeat()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await lostOf(lost)).toMatch(/OOM/)
  } finally {
    await admin.config('SET', 'maxmemory', '0')
  }
  const names = [session('before'), ...many].map(({ issuer, kind, ...rest }) => ({
    issuer,
    kind,
    value: 'value' in rest ? rest.value : '',
  }))
  expect(await store.find(names as never)).toEqual([session('before')])
})

describe('processes over one Redis', () => {
  const follow = async (store: RevocationStore): Promise<Revocation> => {
    const revocation = createRevocation({
      store,
      issuer: 'https://auth.example',
      accessTtl: '15m',
      heartbeatEveryMs: 100,
    })
    closing.unshift(() => {
      revocation.close()
    })
    await revocation.start()
    return revocation
  }
  const wall = () => Date.now() / 1000
  const tokenOf = (sid: string) => verifiedToken({ sub: 'user-1', sid }, wall)

  test('processes over one Redis hear of each other, put back what Redis has lost, and a new one knows it', async () => {
    const { store, tag, prefix } = await openStore()
    const { client, close } = await nodeRedisAt(redis.url)
    closing.push(close)
    const other = redisStores(client, { prefix, deadlineMs: 2000 }).revocations
    const [a, b] = [await follow(store), await follow(other)]
    // A session that was revoked is refused in the other process.
    const gone = await tokenOf('gone')
    await a.revoke({ sid: 'gone' })
    await expect.poll(() => b.isRevoked(gone)).toBe(true)
    await admin.del(...(await admin.keys(`${tag}*`)))
    await expect.poll(() => admin.zcard(`${tag}:expiries`)).toBeGreaterThanOrEqual(2)
    expect(a.isRevoked(gone)).toBe(true)
    expect(b.isRevoked(gone)).toBe(true)
    const late = await follow(store)
    expect(late.isRevoked(gone)).toBe(true)
  })

  test('processes over one Redis refuse within milliseconds what another one has revoked', async () => {
    const { store, prefix } = await openStore()
    const { client, close } = await ioredisAt(redis.url)
    closing.push(close)
    const { feed, delivered } = await openFeed(
      redisStores(client, { prefix, deadlineMs: 2000 }).revocations,
    )
    closing.unshift(() => {
      feed.close()
    })
    const times: number[] = []
    for (let i = 0; i < 1000; i++) {
      const from = performance.now()
      await store.add([session(`p-${String(i)}`)])
      while (delivered.length <= i) {
        if (performance.now() - from > 5000) break
        await new Promise((resolve) => setImmediate(resolve))
      }
      times.push(performance.now() - from)
    }
    times.sort((x, y) => x - y)
    const at = (share: number) => (times[Math.floor(share * times.length)] ?? NaN).toFixed(1)
    console.log(`1,000 revocations to another feed: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
    expect(delivered).toHaveLength(1000)
  })
})

test('a primary without its replicas keeps nothing for good, and goes stale', async () => {
  const site = await startSentinel()
  closing.push(() => site.stop())
  const [primary, ...replicas] = site.servers
  const { client, close } = await ioredisAt(`redis://127.0.0.1:${String(primary?.port)}`)
  closing.unshift(close)
  const { revocations } = redisStores(client, { minReplicas: 1, deadlineMs: 500 })
  const { feed, lost } = await openFeed(revocations)
  await revocations.add([session('kept')])
  await feed.heartbeat()
  for (const { pid } of replicas) process.kill(pid, 'SIGSTOP')
  try {
    await expect(revocations.add([session('alone')])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    await expect(feed.heartbeat()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await lostOf(lost)).toMatch(/fewer replicas/)
  } finally {
    for (const { pid } of replicas) process.kill(pid, 'SIGCONT')
  }
})

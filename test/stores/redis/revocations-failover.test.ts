import { EventEmitter, once } from 'node:events'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createRevocation, type Revocation } from '../../../src/revocation/index.js'
import type { RevocationStore } from '../../../src/revocation/ports.js'
import { confirmedWrites } from '../../../src/stores/redis/confirmed.js'
import { redisStores } from '../../../src/stores/redis/index.js'
import type { RedisPort } from '../../../src/stores/redis/port.js'
import { pickDriver } from '../../../src/stores/redis/pick-driver.js'
import { redisPort } from '../../../src/stores/redis/redis-port.js'
import { redisRevocations } from '../../../src/stores/redis/revocations.js'
import { openFeed, session, withFeed } from '../../../src/testkit/revocation-samples.js'
import { verifiedToken } from '../../revocation/tokens.js'
import { redisCommand } from '../../setup/redis-command.js'
import { startSentinel, type RedisSentinel } from '../../setup/redis-sentinel.js'
import { startRedis, type RedisServer } from '../../setup/redis.js'
import { ioredisAt, nodeRedisAt, sentinelClients, type Connected } from './servers.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** What a process has said, to look at or to wait for. */
class Events {
  readonly seen: string[] = []
  readonly #emitter = new EventEmitter()

  add(kind: string): void {
    this.seen.push(kind)
    this.#emitter.emit(kind)
  }

  async heard(kind: string): Promise<void> {
    if (!this.seen.includes(kind)) await once(this.#emitter, kind)
  }
}

const wall = () => Date.now() / 1000
async function follow(store: RevocationStore, events = new Events()): Promise<Revocation> {
  const revocation = createRevocation({
    ...{ store, issuer: 'https://auth.example', accessTtl: '15m', heartbeatEveryMs: 100 },
    onEvent: ({ kind }) => {
      events.add(kind)
    },
  })
  closing.unshift(() => {
    revocation.close()
  })
  await revocation.start()
  return revocation
}

describe('a primary that has become a replica', () => {
  let first: RedisServer
  let second: RedisServer
  let admin: Redis
  beforeAll(async () => {
    ;[first, second] = [await startRedis({}), await startRedis({})]
    admin = new Redis(first.url).on('error', () => undefined)
  })
  afterAll(async () => {
    admin.disconnect()
    await first.stop()
    await second.stop()
  })

  test.each(Object.entries({ ioredis: ioredisAt, 'node-redis': nodeRedisAt }))(
    'a primary that has become a replica ends its feeds, keeps nothing and opens no feed (%s)',
    async (_, connect) => {
      const { client, close } = await connect(first.url)
      closing.push(close)
      const store = redisStores(client, { prefix: 'demoted', deadlineMs: 2000 }).revocations
      const { feed, lost } = await openFeed(store)
      await feed.heartbeat()
      await admin.replicaof('127.0.0.1', new URL(second.url).port)
      closing.push(() => admin.replicaof('NO', 'ONE'))
      await expect(feed.heartbeat()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      expect(lost).toHaveLength(1)
      await expect(store.add([session('s')])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      await expect(withFeed(store, (opened) => opened.feed.heartbeat())).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      })
    },
  )
})

/** A client whose own connection went to one server while new ones go to another, as after a failover. */
test('what only an old primary has confirmed is put back at the server that is followed', async () => {
  const [old, followed] = await Promise.all([startRedis({}), startRedis({})])
  closing.push(
    () => old.stop(),
    () => followed.stop(),
  )
  const portAt = async ({ url }: RedisServer) => {
    const { client, close } = await ioredisAt(url)
    closing.unshift(close)
    return redisPort(pickDriver(client), 2000)
  }
  const [writing, connecting] = [await portAt(old), await portAt(followed)]
  const port: RedisPort = { ...writing, connect: (key) => connecting.connect(key) }
  const confirmed = confirmedWrites(port, { minReplicas: 0, deadlineMs: 2000 })
  const store = redisRevocations({ port, prefix: 'split', confirmed })
  const { client, close } = await nodeRedisAt(followed.url)
  closing.unshift(close)
  const a = await follow(store)
  const b = await follow(redisStores(client, { prefix: 'split' }).revocations)
  await a.revoke({ sid: 'split' })
  const token = await verifiedToken({ sub: 'user-1', sid: 'split' }, wall)
  await expect.poll(() => b.isRevoked(token)).toBe(true)
})

describe('a failover', () => {
  let site: RedisSentinel
  beforeAll(async () => {
    site = await startSentinel()
  })
  afterAll(() => site.stop())

  const openStore = async (connect: () => Promise<Connected>) => {
    const { client, close } = await connect()
    closing.push(close)
    return redisStores(client, { prefix: 'failover', deadlineMs: 500 }).revocations
  }

  test('a failover loses no revocation that only the old primary had, and lets none through meanwhile', async () => {
    const { ioredis, 'node-redis': nodeRedis } = sentinelClients(site)
    const events = new Events()
    const a = await follow(await openStore(ioredis), events)
    const others = new Events()
    const b = await follow(await openStore(nodeRedis), others)
    const [primary, ...replicas] = site.servers
    const pid = primary?.pid ?? expect.unreachable()
    const gone = await verifiedToken({ sub: 'user-1', sid: 'gone' }, wall)
    // The replicas stand still, cut off, while it is kept, and the primary is gone before they go on: none ever has it.
    for (const each of replicas) process.kill(each.pid, 'SIGSTOP')
    await redisCommand(primary?.port ?? 0, 'CLIENT', 'KILL', 'TYPE', 'replica')
    await a.revoke({ sid: 'gone' })
    await expect.poll(() => b.isRevoked(gone)).toBe(true)
    process.kill(pid, 'SIGKILL')
    for (const each of replicas) process.kill(each.pid, 'SIGCONT')
    for (const { port } of replicas) {
      const names = await redisCommand(port, 'ZRANGE', '{failover:revocations}:expiries', '0', '-1')
      // What the epoch began with, and no more.
      expect(names).toMatch(/^\*1\r\n[^]*"all"/)
    }
    let passed = 0
    const watch = setInterval(() => {
      if (!a.isRevoked(gone) || !b.isRevoked(gone)) passed++
    }, 10)
    try {
      await events.heard('recovered')
      const fresh = await openStore(ioredis)
      const issuer = 'https://auth.example'
      const held = () =>
        fresh.find([{ kind: 'sid', issuer, value: 'gone' }]).then(
          ({ length }) => length,
          () => 0,
        )
      await expect.poll(held).toBe(1)
      await expect
        .poll(() =>
          a.revoke({ sid: 'after' }).then(
            () => 'kept',
            () => 'not',
          ),
        )
        .toBe('kept')
      const after = await verifiedToken({ sub: 'user-1', sid: 'after' }, wall)
      await expect.poll(() => b.isRevoked(after)).toBe(true)
    } finally {
      clearInterval(watch)
    }
    expect(passed).toBe(0)
    // By whichever of the two was there first.
    await Promise.any([events.heard('restored'), others.heard('restored')])
  })
})

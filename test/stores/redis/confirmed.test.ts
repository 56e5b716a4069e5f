import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redisStores } from '../../../src/stores/redis/index.js'
import { session } from '../../../src/testkit/revocation-samples.js'
import { startRedis, type RedisServer } from '../../setup/redis.js'
import { until } from '../../setup/server.js'
import { ioredisAt, type Connected } from './servers.js'

let primary: RedisServer
let replica: RedisServer
let admin: Redis
let connected: Connected
beforeAll(async () => {
  primary = await startRedis({})
  const port = new URL(primary.url).port
  replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${port}`] })
  admin = new Redis(primary.url).on('error', () => undefined)
  connected = await ioredisAt(primary.url)
  await admin.config('SET', 'repl-diskless-sync-delay', '0')
  if (!(await until(20_000, async () => (await replicasUpToDate()) === 1)))
    throw new Error('the replica does not follow')
})
afterAll(async () => {
  connected.close()
  admin.disconnect()
  await replica.stop()
  await primary.stop()
})

const revocations = (prefix: string) =>
  redisStores(connected.client, { prefix, minReplicas: 1, deadlineMs: 500 }).revocations

async function replicasUpToDate(): Promise<number> {
  await admin.set('touched', '1')
  return admin.wait(1, 100)
}

/** How many changes the primary has counted. */
async function changes(): Promise<number> {
  const [, text] = /rdb_changes_since_last_save:(\d+)/.exec(await admin.info('persistence')) ?? []
  return Number(text)
}

/** Connections to the primary that wait for replicas, or did last. */
async function waiting(): Promise<number> {
  return String(await admin.client('LIST')).match(/ cmd=wait /g)?.length ?? 0
}

async function withoutReplica(work: (awake: () => void) => Promise<void>): Promise<void> {
  const pid = replica.pid ?? expect.unreachable()
  const awake = () => process.kill(pid, 'SIGCONT')
  process.kill(pid, 'SIGSTOP')
  try {
    await work(awake)
  } finally {
    awake()
    await expect.poll(replicasUpToDate).toBe(1)
  }
}

const unavailable = { code: 'STORE_UNAVAILABLE' }

test('a call that fails late does not make the store forget a newer connection', async () => {
  const store = revocations('newer')
  await store.add([session('before')])
  await withoutReplica(async (awake) => {
    const second = (): Promise<void> => store.add([session('newer')])
    const [first, beside] = [store.add([session('a')]), store.add([session('b')])]
    const newer = first.then(() => expect.unreachable(), second)
    await expect(beside).rejects.toMatchObject(unavailable)
    awake()
    await newer
    await store.add([session('after')])
    expect(await waiting()).toBe(1)
  })
})

test('what too few replicas took over is not confirmed because it is asked for again', async () => {
  const store = revocations('again')
  await withoutReplica(async () => {
    await expect(store.add([session('s')])).rejects.toMatchObject(unavailable)
    await expect(store.add([session('s')])).rejects.toMatchObject(unavailable)
    await expect(revocations('again').add([session('s')])).rejects.toMatchObject(unavailable)
  })
  await store.add([session('s')])
})

test('what changes nothing is written all the same: WAIT speaks only of what its connection wrote', async () => {
  const store = revocations('same')
  await store.add([session('s')])
  const before = await changes()
  await store.add([session('s')])
  expect(await changes()).toBeGreaterThan(before)
})

test('a store without additions opens no dedicated connection, and keeps no process alive', async () => {
  await revocations('idle').add([session('s')])
  expect(await waiting()).toBeGreaterThanOrEqual(1)
  await expect.poll(waiting).toBe(0)
  await revocations('idle').add([session('t')])
})

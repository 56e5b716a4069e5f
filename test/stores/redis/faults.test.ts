import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisStores } from '../../../src/stores/redis/index.js'
import { sampleSession, sampleRequest } from '../../../src/testkit/sample-session.js'
import { inTime } from '../../setup/in-time.js'
import { startRedis, type RedisServer } from '../../setup/redis.js'
import { freePort, until } from '../../setup/server.js'
import { startTcpProxy } from '../../setup/tcp-proxy.js'
import { codeOf } from '../../session/setup.js'
import { ioredisAt, nodeRedisAt, type Connected } from './servers.js'

/** What a client does by itself about a connection that is lost. */
const clients = {
  'ioredis as it comes': (url: string) => ioredisAt(url),
  'ioredis that resends nothing': (url: string) =>
    ioredisAt(url, { autoResendUnfulfilledCommands: false }),
  'ioredis without a queue': (url: string) =>
    ioredisAt(url, { enableOfflineQueue: false, maxRetriesPerRequest: null }),
  'node-redis as it comes': (url: string) => nodeRedisAt(url),
  'node-redis without a queue': (url: string) => nodeRedisAt(url, { disableOfflineQueue: true }),
}

let redis: RedisServer
const closing: (() => unknown)[] = []
let prefixes = 0

beforeAll(async () => {
  redis = await startRedis({})
})
afterAll(async () => {
  for (const close of closing) await close()
  await redis.stop()
})

/** Stores of a client that reaches Redis by a proxy of its own, which does the harm of one test. */
async function storesBy(connect: (url: string) => Promise<Connected>) {
  const proxy = await startTcpProxy({ port: Number(new URL(redis.url).port) })
  const connected = await connect(`redis://127.0.0.1:${String(proxy.port)}`)
  closing.push(connected.close, proxy.stop)
  const prefix = `p${String(prefixes++)}`
  const { sessions, keys } = redisStores(connected.client, { prefix })
  // Until the client has connected, and the server's clock is known.
  const answers = () =>
    sessions.find('none').then(
      () => true,
      () => false,
    )
  if (!(await until(60_000, answers))) throw new Error('Redis does not answer')
  const patient = redisStores(connected.client, { prefix, deadlineMs: 20_000 })
  const session = sampleSession()
  await patient.sessions.create(session)
  return { sessions, keys, session, patient, proxy }
}

/** Milliseconds: the deadline is 250. */
const soon = 450
const givenUp = { code: 'STORE_UNAVAILABLE', isInTime: true }

// These mostly wait.
describe.concurrent.each(Object.entries(clients))('%s', (_, connect) => {
  test('a store gives up within its deadline when Redis does not answer, whatever is asked', async ({
    expect,
  }) => {
    const { sessions, keys, session, proxy } = await storesBy(connect)
    proxy.order({ direction: 'toServer', after: 0, then: 'stall' })
    const questions = [
      () => sessions.find(session.id),
      () => sessions.findBySid(session.sid),
      () => sessions.rotate(sampleRequest(session)),
      () => sessions.create(sampleSession()),
      () => sessions.end(session.id, 5),
      () => sessions.endAll({ subject: 'user-1', now: 5 }),
      () => sessions.list('user-1', 5),
      () => sessions.sweep({ before: 5, endedBefore: 5, limit: 5 }),
      () => keys.read(),
      () => keys.write({ revision: 1, sealed: 'x' }),
    ]
    for (const outcome of await Promise.all(questions.map((question) => inTime(soon, question))))
      expect(outcome).toEqual(givenUp)
  })

  test('a store gives up within its deadline when no server listens any more', async ({
    expect,
  }) => {
    const { sessions, session, proxy } = await storesBy(connect)
    proxy.refuse(true)
    proxy.order({ direction: 'toServer', after: 0, then: 'cut' })
    for (let i = 0; i < 2; i++)
      expect(await inTime(soon, () => sessions.rotate(sampleRequest(session)))).toEqual(givenUp)
  })

  test('a command that lay before a stalled server is not done late, when the server goes on', async ({
    expect,
  }) => {
    const { sessions, keys, session, patient, proxy } = await storesBy(connect)
    proxy.order({ direction: 'toServer', after: 0, then: 'stall' })
    const asked = await Promise.all(
      [
        sessions.rotate(sampleRequest(session)),
        sessions.end(session.id, 5),
        sessions.endAll({ subject: 'user-1', now: 5 }),
        keys.write({ revision: 1, sealed: 'x' }),
      ].map(codeOf),
    )
    expect(new Set(asked)).toEqual(new Set(['STORE_UNAVAILABLE']))
    await sleep(700)
    proxy.heal()
    await expect.poll(() => sessions.find(session.id).catch(() => 'not yet')).toEqual(session)
    // Whatever was held back has been through by now: it was before the question just answered.
    await sleep(200)
    expect(await patient.sessions.find(session.id)).toEqual(session)
    expect(await patient.keys.read()).toBeUndefined()
  })

  test('a rotation has one effect when its answer is lost: asked again, the successor is the same', async ({
    expect,
  }) => {
    const { sessions, session, patient, proxy } = await storesBy(connect)
    proxy.order({ direction: 'toClient', after: 0, then: 'cut' })
    const first = await inTime(soon, () => sessions.rotate(sampleRequest(session)))
    // A client that resends has its answer; to the others nobody can tell what became of it.
    expect(['answered', 'STORE_UNAVAILABLE']).toContain(first.code)
    expect(first.isInTime).toBe(true)
    const again = () => sessions.rotate(sampleRequest(session)).catch(() => undefined)
    await expect.poll(async () => (await again())?.kind).toBe('replayed')
    expect((await patient.sessions.find(session.id))?.generation).toBe(1)
  })

  test('a session, or a key ring, is kept once when the answer to that is lost', async ({
    expect,
  }) => {
    const { sessions, keys, patient, proxy } = await storesBy(connect)
    for (let answers = 0; answers < 3; answers++) {
      const session = sampleSession()
      proxy.order({ direction: 'toClient', after: answers * 7, then: 'cut' })
      const code = await codeOf(sessions.create(session))
      await expect.poll(() => sessions.find('none').catch(() => 'not yet')).toBeUndefined()
      if (code === undefined) expect(await patient.sessions.find(session.id)).toEqual(session)
      expect([undefined, 'STORE_UNAVAILABLE']).toContain(code)
    }
    proxy.heal()
    proxy.order({ direction: 'toClient', after: 0, then: 'cut' })
    const write = () => keys.write({ revision: 1, sealed: 'x' })
    await codeOf(write())
    await expect.poll(() => write().catch(() => 'not yet')).toBe(true)
    expect(await patient.keys.write({ revision: 1, sealed: 'y' })).toBe(false)
  })
})

test('a server that is frozen is given up, and does nothing late when it goes on', async () => {
  const { sessions, session, patient } = await storesBy(clients['ioredis as it comes'])
  const pid = redis.pid ?? 0
  process.kill(pid, 'SIGSTOP')
  const outcome = await inTime(soon, () => sessions.rotate(sampleRequest(session)))
  await sleep(900)
  process.kill(pid, 'SIGCONT')
  expect(outcome).toEqual(givenUp)
  expect(await patient.sessions.find(session.id)).toEqual(session)
})

test('a server that is not there at the start is given up too', async () => {
  const connected = await ioredisAt(`redis://127.0.0.1:${String(await freePort())}`)
  closing.push(connected.close)
  const { sessions } = redisStores(connected.client)
  const rotate = () => sessions.rotate(sampleRequest(sampleSession()))
  expect(await inTime(soon, rotate)).toEqual(givenUp)
})

import { randomBytes } from 'node:crypto'
import { request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createSessions, createServiceKeys } from '../../src/session/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { fakeClock } from '../../src/testkit/index.js'
import { startRedis, type RedisServer } from '../setup/redis.js'
import { guarded } from './guarded.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function serve(guarding: Parameters<typeof guarded>[0]) {
  const service = await guarded(guarding)
  closing.push(service.close)
  const status = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(service.base, { headers })).status
  }
  return { ...service, status }
}

describe('a cut-off of a subject', () => {
  const client = 'web'

  async function login() {
    const clock = fakeClock()
    const service = await serve({ now: clock.now, cache: true })
    const sessions = createSessions({
      sign: service.sign,
      store: memoryStores().sessions,
      serviceKey: createServiceKeys({ current: randomBytes(32) }),
      loadSubject: () => Promise.resolve({ claims: {} }),
      revoke: (entry) => service.revocation.revoke(entry),
      now: clock.now,
    })
    const issue = (subject: string, after?: number) =>
      sessions.issue({ subject, client, ...(after !== undefined && { after }) })
    return { ...service, clock, sessions, issue }
  }

  test('revoking a subject refuses all tokens of that second, except for the session that the same action starts', async () => {
    const { clock, sessions, issue, revocation, status } = await login()
    const [early, other] = [await issue('user-1'), await issue('user-2')]
    clock.advance(10)
    const same = await issue('user-1')
    const moment = clock.now()
    await revocation.revoke({ subject: 'user-1', before: moment })
    const late = await issue('user-1')
    const started = await issue('user-1', moment)
    const next = await sessions.refresh(started.refreshToken, { client })
    const statuses = () =>
      Promise.all([early, same, late, started, next, other].map((each) => status(each.accessToken)))
    expect(await statuses()).toEqual([401, 401, 401, 200, 200, 200])
    clock.advance(1)
    expect(await status((await issue('user-1')).accessToken)).toBe(200)
    expect(await statuses()).toEqual([401, 401, 401, 200, 200, 200])
  })

  test('revoking everything refuses all tokens of that second, except for the session that the same action starts', async () => {
    const { clock, issue, revocation, status } = await login()
    const before = [await issue('user-1'), await issue('user-2')]
    await revocation.revoke({ all: true, before: clock.now() })
    const started = await issue('user-2', clock.now())
    const statuses = [...before, started].map((each) => status(each.accessToken))
    expect(await Promise.all(statuses)).toEqual([401, 401, 200])
  })
})

describe('an open stream', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  /** A process with its own connection to Redis, which sends a line every 20 ms until its gate ends the stream. */
  async function streaming() {
    const client = new Redis(redis.url)
    closing.push(() => {
      client.disconnect()
    })
    const store = redisStores(client, { prefix: 'streams', deadlineMs: 2000 }).revocations
    return serve({
      store,
      gateOptions: { recheckEvery: '1s' },
      behind: (gate) => (_, response) => {
        const timer = setInterval(() => response.write('line\n'), 20)
        const stop = gate.watch(() => response.destroy())
        response.once('close', () => {
          clearInterval(timer)
          stop()
        })
      },
    })
  }

  /** Opens a stream and reads its first line. */
  async function open(base: string, token: string) {
    const asking = request(base, { headers: { authorization: `Bearer ${token}` } }).end()
    closing.push(() => asking.destroy())
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    await once(answer, 'data')
    const state = { ended: false }
    const ended = new Promise<void>((resolve) => {
      // A response that is cut off ends with an error.
      for (const name of ['error', 'close'])
        answer.once(name, () => {
          state.ended = true
          resolve()
        })
    })
    answer.resume()
    return { answer, state, ended }
  }

  test('a stream is closed when another process revokes its session, and other streams stay open', async () => {
    const [one, other] = [await streaming(), await streaming()]
    const kept = await open(other.base, await other.sign({ sub: 'user-1', sid: 'kept' }))
    const revoked = await open(other.base, await other.sign({ sub: 'user-1', sid: 'revoked' }))
    const told: unknown[] = []
    await one.revocation.revoke({ sid: 'revoked' })
    await revoked.ended
    for (const event of other.events) if (event.kind === 'closed') told.push(event.code)
    expect(told).toEqual(['TOKEN_REVOKED'])
    await once(kept.answer, 'data')
    expect(kept.state.ended).toBe(false)
    expect(await other.status(await other.sign({ sub: 'user-1', sid: 'revoked' }))).toBe(401)
  }, 20_000)
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sessionKeys } from '../../../src/stores/redis/session-index.js'
import { redisSessions } from '../../../src/stores/redis/sessions.js'
import { pickDriver } from '../../../src/stores/redis/pick-driver.js'
import type { RedisPort } from '../../../src/stores/redis/port.js'
import { redisPort } from '../../../src/stores/redis/redis-port.js'
import { sampleSession, sampleRequest, start } from '../../../src/testkit/sample-session.js'
import { sites, type Connected, type Site } from './servers.js'

/** A port over which only the first few writes get through: whoever writes dies in the middle. */
function dyingAfter(port: RedisPort, writes: number): RedisPort {
  let left = writes
  return {
    ...port,
    run: (script, input) =>
      left-- > 0 ? port.run(script, input) : Promise.reject(new Error('the process is gone')),
  }
}

describe.each(['one Redis', 'a Redis Cluster'])('what leads to a session, in %s', (siteName) => {
  let site: Site
  let connected: Connected
  let port: RedisPort
  beforeAll(async () => {
    const [open] = [sites[siteName]]
    if (open === undefined) throw new Error('no such site')
    site = await open()
    const connection = await site.clients['ioredis']?.()
    if (connection === undefined) throw new Error('no such client')
    connected = connection
    port = redisPort(pickDriver(connected.client), 5000)
  })
  afterAll(async () => {
    connected.close()
    await site.stop()
  })

  test.each([0, 1, 2, 3])(
    'what leads to a session is never missing, or leads nowhere, when a login dies after %i writes',
    async (writes) => {
      const prefix = `dying-${String(writes)}`
      const session = sampleSession()
      await expect(
        redisSessions(dyingAfter(port, writes), prefix).create(session),
      ).rejects.toThrow()
      const sessions = redisSessions(port, prefix)
      expect(await sessions.find(session.id)).toBeUndefined()
      expect(await sessions.findBySid(session.sid)).toBeUndefined()
      expect(await sessions.list('user-1', start)).toEqual([])
      expect(await sessions.endAll({ subject: 'user-1', now: start })).toEqual([])
      // And it is in nobody's way: the login that is tried again is whole, and can be ended.
      await sessions.create(session)
      expect(await sessions.list('user-1', start)).toEqual([session])
      expect(await sessions.endAll({ subject: 'user-1', now: start })).toHaveLength(1)
    },
  )

  test('what leads to a session is gone once the session has ended and is settled, except by its own names', async () => {
    const keys = sessionKeys('settled')
    const sessions = redisSessions(port, 'settled')
    const [ended, live] = [sampleSession(), sampleSession()]
    for (const each of [ended, live]) await sessions.create(each)
    await sessions.end(ended.id, start + 1)
    expect(Number(await port.command(keys.due, ['TTL', keys.due]))).toBeGreaterThan(0)
    await sessions.settle([ended.id])
    expect(await port.command(keys.due, ['EXISTS', keys.due])).toBe(0)
    const subject = keys.subject('user-1')
    expect(await port.command(subject, ['ZRANGE', subject, '0', '-1'])).toEqual([live.id])
    expect((await sessions.find(ended.id))?.endedAt).toBe(start + 1)
    expect((await sessions.findBySid(ended.sid))?.endedAt).toBe(start + 1)
  })

  test('what leads to a session goes by itself: every key has an expiry', async () => {
    const session = sampleSession()
    await redisSessions(port, 'ttl').create(session)
    const keys = sessionKeys('ttl')
    const all = [
      keys.session(session.id),
      keys.sid(session.sid),
      keys.subject('user-1'),
      keys.expiries,
    ]
    for (const key of all) {
      const ttl = await port.command(key, ['TTL', key])
      expect(ttl).toBeGreaterThan(2_592_000)
      expect(ttl).toBeLessThanOrEqual(2_592_000 + 86_400)
    }
  })

  test('what leads to a session does not grow with every login: long expired entries go with the next, or with a sweep', async () => {
    const sessions = redisSessions(port, 'growing')
    const start = Math.floor(Date.now() / 1000) - 40 * 86_400
    for (let day = 0; day < 40; day++)
      await sessions.create(
        sampleSession({
          createdAt: start + day * 86_400,
          absoluteExpiry: start + (day + 1) * 86_400,
          idleExpiry: start + (day + 1) * 86_400,
        }),
      )
    const { subject, expiries } = sessionKeys('growing')
    await sessions.sweep({ before: start + 39 * 86_400, endedBefore: 0, limit: 100 })
    for (const key of [subject('user-1'), expiries])
      expect(await port.command(key, ['ZCARD', key])).toBeLessThanOrEqual(3)
  })

  test('a login at a process whose clock is forty days ahead drops no session from an index', async () => {
    const sessions = redisSessions(port, 'ahead')
    const now = Math.floor(Date.now() / 1000)
    await sessions.create(sampleSession({ createdAt: now, absoluteExpiry: now + 30 * 86_400 }))
    const wrong = now + 40 * 86_400
    await sessions.create(sampleSession({ createdAt: wrong, absoluteExpiry: wrong + 30 * 86_400 }))
    expect(await sessions.endAll({ subject: 'user-1', now })).toHaveLength(2)
  })

  test('an end that is lost with a server can be asked for again', async () => {
    const sessions = redisSessions(port, 'half')
    const [one, other] = [sampleSession(), sampleSession()]
    await sessions.create(one)
    await sessions.create(other)
    const dying = redisSessions(dyingAfter(port, 1), 'half')
    await expect(dying.endAll({ subject: 'user-1', now: start })).rejects.toThrow()
    expect(await sessions.endAll({ subject: 'user-1', now: start + 5 })).toHaveLength(1)
    expect(await sessions.list('user-1', start + 5)).toEqual([])
  })
})

test('on a Cluster what one server lost is found again after the next refresh', async () => {
  const site = await sites['a Redis Cluster']?.()
  const connected = await site?.clients['node-redis']?.()
  if (site === undefined || connected === undefined) throw new Error('no such site')
  const port = redisPort(pickDriver(connected.client), 5000)
  const sessions = redisSessions(port, 'lost')
  const session = sampleSession()
  await sessions.create(session)
  const keys = sessionKeys('lost')
  for (const key of [keys.subject('user-1'), keys.sid(session.sid), keys.expiries])
    await port.command(key, ['DEL', key])
  expect(await sessions.list('user-1', start)).toEqual([])
  await sessions.rotate(sampleRequest(session))
  expect(await sessions.list('user-1', start + 450)).toHaveLength(1)
  expect(await sessions.findBySid(session.sid)).toBeDefined()
  expect(await sessions.endAll({ subject: 'user-1', now: start + 500 })).toHaveLength(1)
  connected.close()
  await site.stop()
})

import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisStores } from '../../../src/stores/redis/index.js'
import { issuer, later, openFeed, session } from '../../../src/testkit/revocation-samples.js'
import { sampleRequest, sampleSession, start } from '../../../src/testkit/sample-session.js'
import { startRedis, type RedisServer } from '../../setup/redis.js'

let redis: RedisServer
let admin: Redis
let prefixes = 0
beforeAll(async () => {
  redis = await startRedis()
  admin = new Redis(redis.url).on('error', () => undefined)
})
afterAll(async () => {
  admin.disconnect()
  await redis.stop()
})

function openStores() {
  const prefix = `later-${String(process.pid)}-${String(prefixes++)}`
  const stores = redisStores(admin, { prefix, deadlineMs: 10_000 })
  const tag = `{${prefix}:revocations}`
  const stream = (...fields: string[]) =>
    admin
      .multi()
      .incr(`${tag}:counter`)
      .xadd(`${tag}:stream`, '*', ...fields)
      .exec()
  return { ...stores, prefix, tag, stream }
}

/** A store with a session, to which a later release has given one more field. */
async function withSession(field: string, value: string) {
  const { sessions, prefix } = openStores()
  const kept = sampleSession()
  await sessions.create(kept)
  const key = `${prefix}:family:{${kept.id}}`
  await admin.hset(key, field, value)
  return { sessions, kept, key }
}

describe('a session that a later release has kept', () => {
  test('a later release’s session with one more field is found, rotated and ended, and keeps the field', async () => {
    const { sessions, kept, key } = await withSession('device', 'phone')
    expect(await sessions.find(kept.id)).toEqual(kept)
    const { kind } = await sessions.rotate(sampleRequest(kept))
    expect(kind).toBe('rotated')
    expect((await sessions.end(kept.id, start + 500))?.generation).toBe(1)
    expect(await admin.hget(key, 'device')).toBe('phone')
  })

  test('a later release’s session in a new format is refused by every method, and stays as it is', async () => {
    const { sessions, kept, key } = await withSession('format', '2')
    const before = await admin.hgetall(key)
    const refused = (asked: Promise<unknown>) =>
      expect(asked).rejects.toSatisfy((error) => causesOf(error).includes('has a format that'))
    await refused(sessions.find(kept.id))
    await refused(sessions.findBySid(kept.sid))
    await refused(sessions.list(kept.subject, start))
    await refused(sessions.rotate(sampleRequest(kept)))
    await refused(sessions.end(kept.id, start))
    await refused(sessions.endAll({ subject: kept.subject, now: start }))
    const late = kept.absoluteExpiry + 1
    await refused(sessions.sweep({ before: late, endedBefore: 0, limit: 100 }))
    await refused(sessions.replace({ was: kept, becomes: kept }))
    expect(await admin.hgetall(key)).toEqual(before)
  })

  test('a later release’s session without a number that this release needs is refused, not unknown', async () => {
    const { sessions, kept, key } = await withSession('device', 'phone')
    await admin.hdel(key, 'parent')
    const rotating = sessions.rotate(sampleRequest(kept))
    await expect(rotating).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await expect(sessions.find(kept.id)).rejects.toThrow(/"parent" is missing/)
  })
})

describe('a revocation that a later release has kept', () => {
  test('a later release’s revocation with one more field is taken, and a mark of another kind passed over', async () => {
    const { revocations, stream } = openStores()
    const { feed, delivered } = await openFeed(revocations)
    const name = JSON.stringify([issuer, 'sid', 's-1'])
    const fields = ['name', name, 'expiry', String(later), 'cutOff', '', 'why', 'theft']
    await stream('n', '2', ...fields)
    await stream('n', '3', 'mark', '', 'audit', 'x')
    await feed.heartbeat()
    expect(delivered).toEqual([session('s-1')])
    feed.close()
  })

  test('a later release’s revocation as a message of another kind ends the feed', async () => {
    const { revocations, stream } = openStores()
    const { lost } = await openFeed(revocations)
    await stream('n', '2', 'group', 'x')
    await expect.poll(() => lost.map(causesOf)).toHaveLength(1)
    expect(lost.map(causesOf).join()).toMatch(/a kind that is not known here/)
  })

  test.each([
    ['of another kind', [issuer, 'group', 'x']],
    ['with one more part', [issuer, 'sid', 'x', 'device-1']],
  ])('a revocation under a name %s makes the store unreadable, not silent', async (_, parts) => {
    const { revocations, tag } = openStores()
    const { feed } = await openFeed(revocations)
    await admin.zadd(`${tag}:expiries`, later, JSON.stringify(parts))
    const reading = (async () => {
      for await (const slice of feed.snapshot(start)) expect(slice).toBeDefined()
    })()
    await expect(reading).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

describe('a key ring that a later release has kept', () => {
  test('a later release’s key ring with one more field is read and written, and keeps the field', async () => {
    const { keys, prefix } = openStores()
    await keys.write({ revision: 1, sealed: 'one' })
    await admin.hset(`${prefix}:keys:default`, 'writtenBy', 'x')
    expect(await keys.write({ revision: 2, sealed: 'two' })).toBe(true)
    expect(await admin.hget(`${prefix}:keys:default`, 'writtenBy')).toBe('x')
  })

  test('a later release’s key ring without its text is refused, and not taken for no ring', async () => {
    const { keys, prefix } = openStores()
    await keys.write({ revision: 1, sealed: 'one' })
    await admin.hdel(`${prefix}:keys:default`, 'sealed')
    await expect(keys.read()).rejects.toThrow(/without its revision or its text/)
  })
})

/** The words of an error and of all that caused it. */
function causesOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${causesOf(error.cause)}` : ''
}

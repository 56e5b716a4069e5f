import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { familyKeys } from '../../../src/stores/redis/family-index.js'
import { redisFamilies } from '../../../src/stores/redis/families.js'
import { pickDriver } from '../../../src/stores/redis/pick-driver.js'
import type { RedisPort } from '../../../src/stores/redis/port.js'
import { redisPort } from '../../../src/stores/redis/redis-port.js'
import { sampleFamily, sampleRequest, start } from '../../../src/testkit/sample-family.js'
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

describe.each(['one Redis', 'a Redis Cluster'])('what leads to a family, in %s', (siteName) => {
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
  }, 180_000)
  afterAll(async () => {
    connected.close()
    await site.stop()
  })

  test.each([0, 1, 2, 3])(
    'is never missing, or leads nowhere, when a login dies after %i writes',
    async (writes) => {
      const prefix = `dying-${String(writes)}`
      const family = sampleFamily()
      await expect(redisFamilies(dyingAfter(port, writes), prefix).create(family)).rejects.toThrow()
      const families = redisFamilies(port, prefix)
      expect(await families.find(family.id)).toBeUndefined()
      expect(await families.findBySid(family.sid)).toBeUndefined()
      expect(await families.list('user-1', start)).toEqual([])
      expect(await families.endAll({ subject: 'user-1', now: start })).toEqual([])
      // And it is in nobody's way: the login that is tried again is whole, and can be ended.
      await families.create(family)
      expect(await families.list('user-1', start)).toEqual([family])
      expect(await families.endAll({ subject: 'user-1', now: start })).toHaveLength(1)
    },
  )

  test('goes by itself: every key has an expiry', async () => {
    const family = sampleFamily()
    await redisFamilies(port, 'ttl').create(family)
    const keys = familyKeys('ttl')
    const all = [
      keys.family(family.id),
      keys.sid(family.sid),
      keys.subject('user-1'),
      keys.expiries,
    ]
    for (const key of all) {
      const ttl = await port.command(key, ['TTL', key])
      expect(ttl).toBeGreaterThan(2_592_000)
      expect(ttl).toBeLessThanOrEqual(2_592_000 + 86_400)
    }
  })

  test('does not grow with every login: long expired entries go with the next', async () => {
    const families = redisFamilies(port, 'growing')
    for (let day = 0; day < 40; day++)
      await families.create(
        sampleFamily({
          createdAt: start + day * 86_400,
          absoluteExpiry: start + (day + 1) * 86_400,
        }),
      )
    const { subject, expiries } = familyKeys('growing')
    for (const key of [subject('user-1'), expiries])
      expect(await port.command(key, ['ZCARD', key])).toBeLessThanOrEqual(3)
  })

  test('an end that is lost with a server can be asked for again', async () => {
    const families = redisFamilies(port, 'half')
    const [one, other] = [sampleFamily(), sampleFamily()]
    await families.create(one)
    await families.create(other)
    const dying = redisFamilies(dyingAfter(port, 1), 'half')
    await expect(dying.endAll({ subject: 'user-1', now: start })).rejects.toThrow()
    expect(await families.endAll({ subject: 'user-1', now: start + 5 })).toHaveLength(1)
    expect(await families.list('user-1', start + 5)).toEqual([])
  })
})

test(
  'on a Cluster what one server lost is found again after the next refresh',
  { timeout: 60_000 },
  async () => {
    const site = await sites['a Redis Cluster']?.()
    const connected = await site?.clients['node-redis']?.()
    if (site === undefined || connected === undefined) throw new Error('no such site')
    const port = redisPort(pickDriver(connected.client), 5000)
    const families = redisFamilies(port, 'lost')
    const family = sampleFamily()
    await families.create(family)
    const keys = familyKeys('lost')
    for (const key of [keys.subject('user-1'), keys.sid(family.sid), keys.expiries])
      await port.command(key, ['DEL', key])
    expect(await families.list('user-1', start)).toEqual([])
    await families.rotate(sampleRequest(family))
    expect(await families.list('user-1', start + 450)).toHaveLength(1)
    expect(await families.findBySid(family.sid)).toBeDefined()
    expect(await families.endAll({ subject: 'user-1', now: start + 500 })).toHaveLength(1)
    connected.close()
    await site.stop()
  },
)

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pickDriver } from '../../../src/stores/redis/pick-driver.js'
import type { RedisPort } from '../../../src/stores/redis/port.js'
import { redisPort } from '../../../src/stores/redis/redis-port.js'
import { sites, type Connected, type Site } from './servers.js'

describe.each(Object.entries(sites))('a dedicated connection to %s', (siteName, open) => {
  let site: Site
  beforeAll(async () => {
    site = await open()
  })
  afterAll(() => site.stop())

  describe.each(['ioredis', 'node-redis'])('by %s', (name) => {
    let connected: Connected
    let port: RedisPort
    const key = `feed-of-${name}`
    beforeAll(async () => {
      const connect = site.clients[name]
      if (connect === undefined) throw new Error(`no client ${name}`)
      connected = await connect()
      port = redisPort(pickDriver(connected.client), 2000)
    })
    afterAll(() => {
      connected.close()
    })

    test('a dedicated connection waits for what is written, and other callers are answered meanwhile', async () => {
      const reader = await port.connect(key)
      const waiting = reader.readStream(key, '$', 5000)
      // Until the read has reached the server, what is written would be before it.
      await new Promise((resolve) => setTimeout(resolve, 150))
      const id = await port.command(key, ['XADD', key, '*', 'n', '1'])
      expect(await waiting).toEqual([{ id, fields: ['n', '1'] }])
      reader.close()
      await reader.closed
    })

    test('a dedicated connection finds nothing when nothing was written in time, and gives bytes when asked', async () => {
      const reader = await port.connect(key)
      expect(await reader.readStream(key, '$', 20)).toEqual([])
      expect(await reader.readStream(key, '0', 20)).toHaveLength(1)
      const range = await reader.command(['XRANGE', key, '-', '+'], { bytes: true })
      expect(range).toMatchObject([[expect.any(Buffer), [Buffer.from('n'), Buffer.from('1')]]])
      reader.close()
    })

    test('a dedicated connection writes and waits for replicas on one connection, to a primary', async () => {
      const writer = await port.connect(key)
      const role = (await writer.command(['ROLE'])) as readonly unknown[]
      expect(role[0]).toBe('master')
      await writer.command(['XADD', key, '*', 'n', '2'])
      const replicas = siteName.includes('Sentinel') ? 1 : 0
      expect(await writer.command(['WAIT', '1', '500'])).toBeGreaterThanOrEqual(replicas)
      expect(await writer.command(['INFO', 'memory'])).toContain('maxmemory_policy')
      writer.close()
    })

    test('a dedicated connection is never opened again: once closed from the other side it refuses', async () => {
      const [writer, other] = await Promise.all([port.connect(key), port.connect(key)])
      const id = String(await writer.command(['CLIENT', 'ID']))
      const read = ['XREAD', 'BLOCK', '0', 'STREAMS', key, '$']
      const asking = writer.command(read, { deadlineMs: 10_000 })
      const refused = expect(asking).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      await other.command(['CLIENT', 'KILL', 'ID', id])
      await refused
      await writer.closed
      await expect(writer.command(['PING'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      other.close()
    })

    test('a dedicated connection is closed by an answer that does not come in time', async () => {
      const reader = await port.connect(key)
      const asking = reader.command(['XREAD', 'BLOCK', '0', 'STREAMS', key, '$'], {
        deadlineMs: 50,
      })
      await expect(asking).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      await reader.closed
    })
  })
})

test('an object that is not a Redis client is refused', () => {
  for (const other of [undefined, null, 'redis://127.0.0.1', {}, { sendCommand: 1 }, { call() {} }])
    expect(() => pickDriver(other as never)).toThrow(/needs a client of ioredis/)
})

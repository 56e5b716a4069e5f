import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ping, startRedis, type RedisServer } from './redis.js'

describe('the Redis of the tests', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  it('the Redis of the tests is a real server that answers over a socket', async () => {
    const { hostname, port } = new URL(redis.url)
    expect(await ping(hostname, Number(port || 6379))).toMatch(/^(\+PONG|-NOAUTH)/)
  })
})

describe('a Redis started for a test', () => {
  it('a Redis started for a test is gone once it is stopped', async () => {
    const redis = await startRedis({})
    const port = Number(new URL(redis.url).port)
    expect(await ping('127.0.0.1', port)).toBe('+PONG')
    await redis.stop()
    expect(await ping('127.0.0.1', port)).toBeUndefined()
  })

  it('a Redis started for a test is the one that TEST_REDIS_URL names, when it does', async () => {
    const redis = await startRedis({ url: 'redis://127.0.0.1:1' })
    expect(redis.url).toBe('redis://127.0.0.1:1')
    await redis.stop()
  })

  it('without a Redis that may be installed the setup fails with one line on what to install', async () => {
    const poor = { path: '', isRoot: false }
    await expect(startRedis({ machine: poor })).rejects.toThrow(
      /^The tests need valkey-server or redis-server: install the package redis-server, or set TEST_REDIS_URL .*\.$/,
    )
  })
})

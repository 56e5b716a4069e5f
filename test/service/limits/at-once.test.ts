import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryLocks } from '../../../apps/auth-service/src/limits/account-locks.js'
import { createLoginLimits, type Turn } from '../../../apps/auth-service/src/limits/login-limits.js'
import { redisLocks } from '../../../apps/auth-service/src/limits/redis-locks.js'
import { startRedis, type RedisServer } from '../../setup/redis.js'

let server: RedisServer
let connections: readonly [Redis, Redis]
beforeAll(async () => {
  server = await startRedis({ url: undefined })
  connections = [new Redis(server.url), new Redis(server.url)]
  for (const each of connections) await each.ping()
})
afterAll(async () => {
  for (const each of connections) each.disconnect()
  await server.stop()
})

const loginLimits = { account: 3, address: 1000, service: 1000 }
const times = { free: 3, firstWait: 1000, longestWait: 3_600_000, kept: 3_600_000 }
const limitsIn = (redis: Redis | undefined) =>
  createLoginLimits({ configuration: { loginLimits }, redis })

const places = {
  'in one process': () => {
    const [limits, locks] = [limitsIn(undefined), memoryLocks(times)]
    return { limits: [limits, limits], locks: [locks, locks] } as const
  },
  'in two processes over Redis': () => {
    const [one, two] = connections
    return {
      limits: [limitsIn(one), limitsIn(two)],
      locks: [redisLocks(one, times), redisLocks(two, times)],
    } as const
  },
}

describe.each(Object.entries(places))('%s', (_, open) => {
  /** That many attempts of one account, each decided only when all have been let in; what each came to. */
  async function atOnce(account: string, guesses: readonly boolean[]) {
    const { limits } = open()
    let release = (): void => undefined
    const decided = new Promise<void>((resolve) => {
      release = resolve
    })
    let entered = 0
    const going = guesses.map((isRight, at) =>
      limits[at % 2 === 0 ? 0 : 1].attempt('10.0.0.1', async (attempt) => {
        const turn: Turn = await attempt.on(account)
        expect(turn.locked).toBe(false)
        if (++entered === guesses.length) release()
        await decided
        return turn.decide(isRight)
      }),
    )
    return { outcomes: await Promise.all(going), limits }
  }
  const right = (count: number) => Array.from({ length: count }, () => true)
  const wrong = (count: number) => Array.from({ length: count }, () => false)

  test('right logins of one account from a new address lock nobody out, however many', async () => {
    const { outcomes, limits } = await atOnce('bob', right(10))
    expect(outcomes).toEqual(outcomes.map(() => 'right'))
    const next = limits[1].attempt('10.0.0.2', async (attempt) =>
      (await attempt.on('bob')).decide(true),
    )
    expect(await next).toBe('right')
  })

  test('of fifty wrong guesses no more are told so than one after the other', async () => {
    const { outcomes } = await atOnce('carol', wrong(50))
    expect(outcomes.filter((each) => each === 'wrong')).toHaveLength(4)
    expect(outcomes.filter((each) => each === 'locked')).toHaveLength(46)
  })

  test('a right guess that comes after too many wrong ones is locked as they are', async () => {
    const { outcomes } = await atOnce('dave', [...wrong(50), true])
    expect(outcomes.at(-1)).toBe('locked')
  })

  test('fifty at once are waited for no longer than four one after the other', async () => {
    const { locks } = open()
    const all = Array.from({ length: 50 }, (_, at) =>
      locks[at % 2 === 0 ? 0 : 1].takes('frank', 'wrong'),
    )
    expect((await Promise.all(all)).filter((taken) => taken)).toHaveLength(4)
    const from = performance.now()
    while (!(await locks[0].takes('frank', 'none'))) await sleep(20)
    // The next wait is twice the first one, and what fifty failures come to would be an hour.
    expect(performance.now() - from).toBeLessThan(60_000)
    expect(await locks[1].takes('frank', 'wrong')).toBe(true)
    expect(await locks[0].takes('frank', 'right')).toBe(false)
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAdmission } from '../../../apps/auth-service/src/limits/admission.js'
import type { Guess } from '../../../apps/auth-service/src/limits/lockouts.js'
import { memoryLockouts } from '../../../apps/auth-service/src/limits/memory-lockouts.js'
import { redisLockouts } from '../../../apps/auth-service/src/limits/redis-lockouts.js'
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
const times = { allowance: 3, first: 1000, longest: 3_600_000, kept: 3_600_000 }
const limitsIn = (redis: Redis | undefined) =>
  createAdmission({ configuration: { loginLimits }, redis, slots: 1000 })

const stores = {
  'in one process': () => {
    const [limits, lockouts] = [limitsIn(undefined), memoryLockouts(times)]
    return { limits: [limits, limits], lockouts: [lockouts, lockouts] } as const
  },
  'in two processes over Redis': () => {
    const [one, two] = connections
    return {
      limits: [limitsIn(one), limitsIn(two)],
      lockouts: [redisLockouts(one, times), redisLockouts(two, times)],
    } as const
  },
}

/** A login with the right password. */
const loginOf = (id: string, address: string) => ({
  address,
  name: id,
  account: () => Promise.resolve({ id, disabled: false }),
  check: () => Promise.resolve('right' as const),
})

describe.each(Object.entries(stores))('logins at once %s', (where, open) => {
  /** Attempts on one account, each decided only once all are being compared; and the result of each. */
  async function atOnce(id: string, guesses: readonly boolean[]) {
    const { limits } = open()
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let compared = 0
    const attempts = guesses.map((isRight, at) =>
      limits[at % 2 === 0 ? 0 : 1].admit({
        ...loginOf(id, '10.0.0.1'),
        check: async (account) => {
          expect(account?.id).toBe(id)
          if (++compared === guesses.length) release()
          await released
          return isRight ? 'right' : 'wrong'
        },
      }),
    )
    return { outcomes: (await Promise.all(attempts)).map(({ kind }) => kind), limits }
  }
  const right = (count: number) => Array.from({ length: count }, () => true)
  const wrong = (count: number) => Array.from({ length: count }, () => false)

  test(`right logins at once never lock their account, however many, ${where}`, async () => {
    const { outcomes, limits } = await atOnce('bob', right(10))
    expect(outcomes).toEqual(outcomes.map(() => 'right'))
    expect(await limits[1].admit(loginOf('bob', '10.0.0.2'))).toMatchObject({ kind: 'right' })
  })

  test(`of fifty wrong guesses at once no more are compared than one after another, ${where}`, async () => {
    const { outcomes } = await atOnce('carol', wrong(50))
    expect(outcomes.filter((each) => each === 'wrong')).toHaveLength(4)
    expect(outcomes.filter((each) => each === 'locked')).toHaveLength(46)
  })

  test(`a right guess decided after too many wrong ones is locked as well, ${where}`, async () => {
    const { outcomes } = await atOnce('dave', [...wrong(50), true])
    expect(outcomes.at(-1)).toBe('locked')
  })

  test(`fifty failures at once lock an account no longer than four one after another, ${where}`, async () => {
    const { lockouts } = open()
    const frank = { name: 'frank', user: undefined }
    const kindOf = async (at: 0 | 1, guess: Guess) => (await lockouts[at].record(frank, guess)).kind
    const all = Array.from({ length: 50 }, (_, at) => kindOf(at % 2 === 0 ? 0 : 1, 'wrong'))
    const kinds = await Promise.all(all)
    expect(kinds.filter((kind) => kind !== 'locked')).toHaveLength(4)
    expect(kinds.filter((kind) => kind === 'locks')).toHaveLength(1)
    const from = performance.now()
    while ((await kindOf(0, 'none')) === 'locked') await sleep(20)
    // The next lockout is twice the first one; that of fifty failures would be an hour.
    expect(performance.now() - from).toBeLessThan(60_000)
    expect(await kindOf(1, 'wrong')).toBe('locks')
    expect(await kindOf(0, 'right')).toBe('locked')
  })
})

import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { RedisConnection } from '../storage/redis.js'
import { askRedis } from './ask-redis.js'

/** Counts what happens under names, each name for a while. */
export interface Counter {
  /**
   * Counts one more.
   *
   * @returns 0 while that is no more than the limit, else the seconds until the name is forgotten
   * @throws AuthError STORE_UNAVAILABLE
   */
  add(name: string): Promise<number>
  /** Counts one and no more, and remembers it from now on. */
  renew(name: string): Promise<void>
  /** Counts one less: what was counted did not happen. */
  takeBack(name: string): Promise<void>
  /** Seconds until the name is forgotten while it is over the limit, else 0. */
  wait(name: string): Promise<number>
  has(name: string): Promise<boolean>
}

/** What {@link createCounter} is told. */
export interface CounterOptions {
  readonly redis: RedisConnection | undefined
  readonly prefix: string
  readonly limit: number
  /** Seconds after the first one. */
  readonly duration: number
}

/**
 * A counter in Redis, over all processes, or in this process where there is none. A Redis that does not answer is
 * STORE_UNAVAILABLE: nobody guesses passwords uncounted while it is away.
 */
export function createCounter({ redis, prefix, limit, duration }: CounterOptions): Counter {
  const options = { keyPrefix: `jotgate:limit:${prefix}`, points: limit, duration }
  const limiter =
    redis === undefined
      ? new RateLimiterMemory(options)
      : new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true })
  const consume = (name: string): Promise<RateLimiterRes> =>
    askRedis(() =>
      limiter.consume(name).catch((refusal: unknown) => {
        if (refusal instanceof RateLimiterRes) return refusal
        throw refusal
      }),
    )
  return {
    add: async (name) => overLimit(await consume(name), limit),
    renew: async (name) => {
      await askRedis(() => limiter.set(name, 1, duration))
    },
    takeBack: async (name) => {
      await askRedis(() => limiter.reward(name, 1))
    },
    wait: async (name) => {
      const found = await askRedis(() => limiter.get(name))
      return found === null || found.consumedPoints < limit ? 0 : secondsLeft(found)
    },
    has: async (name) => (await askRedis(() => limiter.get(name))) !== null,
  }
}

function overLimit(found: RateLimiterRes, limit: number): number {
  return found.consumedPoints > limit ? secondsLeft(found) : 0
}

function secondsLeft({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000))
}

import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { RedisConnection } from '../storage/redis.js'
import { askRedis } from './ask-redis.js'

/** Counts events by name, each name for a window of time. */
export interface Counter {
  /**
   * Counts one more.
   *
   * @returns 0 while the count is at most the limit, else the seconds until its window ends
   * @throws AuthError STORE_UNAVAILABLE
   */
  add(name: string): Promise<number>
  /** Sets the count to one, and begins its window anew. */
  renew(name: string): Promise<void>
  /** Counts one less: what was counted did not happen. */
  takeBack(name: string): Promise<void>
  /** Seconds until the window ends while the count has reached the limit, else 0. */
  secondsToWait(name: string): Promise<number>
  has(name: string): Promise<boolean>
}

/** Options of {@link createCounter}. */
export interface CounterOptions {
  /** Shared by all processes; undefined: this process counts alone. */
  readonly redis: RedisConnection | undefined
  readonly prefix: string
  readonly limit: number
  /** Seconds that a window lasts from the first event. */
  readonly duration: number
}

/**
 * A counter in Redis, or in this process where there is none. It fails closed: without an answer of Redis no password is
 * compared.
 *
 * @example const failures = createCounter({ redis, prefix: 'address', limit: 20, duration: 900 })
 */
export function createCounter({ redis, prefix, limit, duration }: CounterOptions): Counter {
  const options = { keyPrefix: `jotgate:limit:${prefix}`, points: limit, duration }
  const limiter =
    redis === undefined
      ? new RateLimiterMemory(options)
      : new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true })
  // Memory answers at once.
  const ask = redis === undefined ? <T>(question: () => Promise<T>) => question() : askRedis
  const consume = (name: string): Promise<RateLimiterRes> =>
    ask(() =>
      limiter.consume(name).catch((refusal: unknown) => {
        if (refusal instanceof RateLimiterRes) return refusal
        throw refusal
      }),
    )
  return {
    add: async (name) => {
      const found = await consume(name)
      return found.consumedPoints > limit ? secondsLeft(found) : 0
    },
    renew: async (name) => {
      await ask(() => limiter.set(name, 1, duration))
    },
    takeBack: async (name) => {
      await ask(() => limiter.reward(name, 1))
    },
    secondsToWait: async (name) => {
      const found = await ask(() => limiter.get(name))
      return found === null || found.consumedPoints < limit ? 0 : secondsLeft(found)
    },
    has: async (name) => (await ask(() => limiter.get(name))) !== null,
  }
}

function secondsLeft({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000))
}

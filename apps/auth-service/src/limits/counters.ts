import { AuthError } from 'jotgate'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { RedisConnection } from '../redis.js'

/** Counts what happens under names, each name for a while. */
export interface Counter {
  /**
   * Counts one more.
   *
   * @returns 0 while that is no more than the limit, else the seconds until the name is forgotten
   * @throws AuthError STORE_UNAVAILABLE
   */
  add(name: string, seconds?: number): Promise<number>
  /** What the count is, itself included: `add` for those who decide by the number. */
  addAndTell(name: string): Promise<number>
  /** Counts one less: what was counted did not happen. */
  takeBack(name: string): Promise<void>
  /** Seconds until the name is forgotten while it is over the limit, else 0. */
  wait(name: string): Promise<number>
  has(name: string): Promise<boolean>
  forget(name: string): Promise<void>
}

/** What {@link createCounter} is told. */
export interface CounterOptions {
  readonly redis: RedisConnection | undefined
  readonly prefix: string
  readonly limit: number
  /** Seconds after the first one. */
  readonly duration: number
}

/** Milliseconds: whoever logs in waits no longer for a count. */
const deadlineMs = 500

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
  const ask = <T>(question: () => Promise<T>): Promise<T> => withinDeadline(question)
  const consume = (name: string, seconds?: number): Promise<RateLimiterRes> =>
    ask(() =>
      limiter
        .consume(name, 1, seconds === undefined ? {} : { customDuration: seconds })
        .catch((refusal: unknown) => {
          if (refusal instanceof RateLimiterRes) return refusal
          throw refusal
        }),
    )
  return {
    add: async (name, seconds) => overLimit(await consume(name, seconds), limit),
    addAndTell: async (name) => (await consume(name)).consumedPoints,
    takeBack: async (name) => {
      await ask(() => limiter.reward(name, 1))
    },
    wait: async (name) => {
      const found = await ask(() => limiter.get(name))
      return found === null || found.consumedPoints < limit ? 0 : secondsLeft(found)
    },
    has: async (name) => (await ask(() => limiter.get(name))) !== null,
    forget: async (name) => {
      await ask(() => limiter.delete(name))
    },
  }
}

function overLimit(found: RateLimiterRes, limit: number): number {
  return found.consumedPoints > limit ? secondsLeft(found) : 0
}

function secondsLeft({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000))
}

async function withinDeadline<T>(question: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Redis did not answer within ${String(deadlineMs)} ms`))
    }, deadlineMs)
  })
  try {
    return await Promise.race([question(), late])
  } catch (cause) {
    throw new AuthError('STORE_UNAVAILABLE', {}, { cause })
  } finally {
    clearTimeout(timer)
  }
}

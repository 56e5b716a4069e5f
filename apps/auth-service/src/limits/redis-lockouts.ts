import { z } from 'zod'
import type { RedisConnection } from '../storage/redis.js'
import { askRedis } from './ask-redis.js'
import type { Guess, Lockouts, LockoutTimes, Recorded } from './lockouts.js'
import { redisLocks } from './redis-locks.js'

/**
 * Input: the account; the guess, the allowance, and in milliseconds the first lockout, the longest, and how long a count is
 * kept. Output: 0 when the account is locked, 1 when it is open; where this guess locks it, when that ends, and the count.
 * By the server's clock, which all processes share.
 */
const record = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'count', 'lockedUntil')
if tonumber(known[2] or '0') > now then return 0 end
if ARGV[1] == 'right' then redis.call('DEL', KEYS[1]) end
if ARGV[1] ~= 'wrong' then return 1 end
local count, wait = tonumber(known[1] or '0') + 1, 0
if count > tonumber(ARGV[2]) then
  wait = math.min(tonumber(ARGV[4]), tonumber(ARGV[3]) * 2 ^ (count - ARGV[2] - 1))
end
local lockedUntil = string.format('%.0f', now + wait)
redis.call('HSET', KEYS[1], 'count', count, 'lockedUntil', lockedUntil)
local left = known[1] and redis.call('PTTL', KEYS[1]) or tonumber(ARGV[5])
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(left, wait)))
return wait > 0 and { lockedUntil, tostring(count) } or 1`

const answers = z.union([
  z.literal(0).transform((): Recorded => ({ kind: 'locked' })),
  z.literal(1).transform((): Recorded => ({ kind: 'open' })),
  z
    .tuple([z.coerce.number(), z.coerce.number()])
    .transform(([until, wrong]): Recorded => ({ kind: 'locks', until, wrong })),
])

/** Lockouts of all processes over one Redis; one key for each account, so that one node of a Cluster holds all of it. */
export function redisLockouts(redis: RedisConnection, times: LockoutTimes): Lockouts {
  const { allowance, first, longest, kept } = times
  const keyOf = (name: string) => `jotgate:limit:account:${name}`
  const ask = <T>(question: () => Promise<T>): Promise<T> =>
    askRedis(async () => {
      // The client would keep the command until Redis is back, and count a guess that was answered 503 long ago.
      if (redis.status !== 'ready') throw new Error('Redis cannot be reached')
      return question()
    })
  const count = async (name: string, guess: Guess): Promise<Recorded> => {
    const args = [guess, allowance, first, longest, kept]
    return answers.parse(await ask(() => redis.eval(record, 1, keyOf(name), ...args)))
  }
  const locks = redisLocks(redis, { ask, keyOf })
  return {
    record: async ({ name, user }, guess) => {
      const recorded = await count(name, guess)
      if (recorded.kind !== 'locks') return recorded
      // The lock is on whether or not it is on the list: a step of its own, since another node may hold the list. Without an
      // account it ends at once: the work must be the same, or its time would tell which accounts exist.
      const listed = user === undefined ? { user: '', until: 0 } : { user, until: recorded.until }
      await locks.add({ ...listed, id: name }).catch(() => undefined)
      return recorded
    },
    list: (query) => locks.list(query),
    find: (id) => locks.find(id),
    unlock: (lock) => locks.remove(lock),
  }
}

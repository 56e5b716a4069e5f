import type { RedisConnection } from '../storage/redis.js'
import { askRedis } from './ask-redis.js'
import type { Lockouts, LockoutTimes } from './lockouts.js'

/**
 * Input: the account; the guess, the allowance, and in milliseconds the first lockout, the longest, and how long a count is
 * kept. Output: 1 when the account is open, else 0. By the server's clock, which all processes share.
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
redis.call('HSET', KEYS[1], 'count', count, 'lockedUntil', string.format('%.0f', now + wait))
local left = known[1] and redis.call('PTTL', KEYS[1]) or tonumber(ARGV[5])
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(left, wait)))
return 1`

/** Lockouts of all processes over one Redis; one key for each account, so that one node of a Cluster holds all of it. */
export function redisLockouts(redis: RedisConnection, times: LockoutTimes): Lockouts {
  const { allowance, first, longest, kept } = times
  return {
    record: async (account, guess) => {
      const name = `jotgate:limit:account:${account}`
      const args = [guess, allowance, first, longest, kept]
      const answer = await askRedis(async () => {
        // The client would keep the command until Redis is back, and count a guess that was answered 503 long ago.
        if (redis.status !== 'ready') throw new Error('Redis cannot be reached')
        return redis.eval(record, 1, name, ...args)
      })
      return answer === 1
    },
  }
}

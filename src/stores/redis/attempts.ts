import type { AttemptCount, AttemptStore } from '../../session-routes/ports.js'
import type { RedisPort, RedisReply } from './port.js'
import { redisScript } from './script.js'

/** Input: the count's key; what is added, milliseconds. Output: the count, and the milliseconds until it ends. */
const addScript = redisScript(`
local by = tonumber(ARGV[1])
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
local sum = math.max(0, count + by)
if sum == 0 then
  redis.call('DEL', KEYS[1])
  return { 0, 0 }
end
if count == 0 then redis.call('SET', KEYS[1], sum, 'PX', ARGV[2])
elseif by ~= 0 then redis.call('SET', KEYS[1], sum, 'KEEPTTL') end
return { sum, redis.call('PTTL', KEYS[1]) }`)

/** Input: the count's key; the count, milliseconds. */
const setScript = redisScript(`
if ARGV[1] == '0' then redis.call('DEL', KEYS[1])
else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1`)

/** Counts in Redis, for any number of processes. They end by themselves; the clock is the server's. */
export function redisAttempts(port: RedisPort, prefix: string): AttemptStore {
  const keyOf = (name: string) => `${prefix}:attempts:${name}`
  return Object.freeze({
    add: async (name: string, by: -1 | 0 | 1, seconds: number) => {
      const args = [by, Math.ceil(seconds * 1000)]
      return toCount(await port.run(addScript, { keys: [keyOf(name)], args }))
    },
    set: async (name: string, count: number, seconds: number) => {
      const args = [count, Math.ceil(seconds * 1000)]
      await port.run(setScript, { keys: [keyOf(name)], args })
    },
  })
}

/** @throws TypeError for a reply that is not of the script */
function toCount(reply: RedisReply): AttemptCount {
  const list: readonly unknown[] = Array.isArray(reply) ? reply : []
  const [count, millis] = list
  if (typeof count !== 'number' || typeof millis !== 'number')
    throw new TypeError('a reply of Redis is not a count and its end')
  return { count, endsIn: Math.max(0, millis) / 1000 }
}

import type { KeyRingStore, StoredRing } from '../../key-sources/ports.js'
import type { RedisPort } from './port.js'
import { redisClock } from './clock.js'
import { textsOf } from './reply.js'
import { redisScript } from './script.js'

/**
 * Input: the ring's key; revision, sealed text. Output: 1 when that is the newest state, written by this run or an
 * earlier one; 0 when it does not follow the newest one.
 */
const writeScript = redisScript(`
local revision = tonumber(redis.call('HGET', KEYS[1], 'revision') or '0')
local next = tonumber(ARGV[1])
if revision == next then return redis.call('HGET', KEYS[1], 'sealed') == ARGV[2] and 1 or 0 end
if revision + 1 ~= next then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'sealed', ARGV[2])
return 1`)

/**
 * A key ring in Redis, which sees neither its keys nor its times. Each ring has a `name`, default `default`: for
 * example one for each kind of token. It has no expiry: without it no process could sign.
 */
export function redisKeys(port: RedisPort, prefix: string, name = 'default'): KeyRingStore {
  const key = `${prefix}:keys:${name}`
  return Object.freeze({
    ...redisClock(port, key),
    read: async () => {
      const [revision = null, sealed = null] = textsOf(
        await port.command(key, ['HMGET', key, 'revision', 'sealed']),
      )
      return revision === null && sealed === null ? undefined : toStored(revision, sealed)
    },
    write: async ({ revision, sealed }: StoredRing) =>
      (await port.run(writeScript, { keys: [key], args: [revision, sealed] })) === 1,
  })
}

/** @throws TypeError for a ring in an unknown form: it must not be overwritten */
function toStored(text: string | null, sealed: string | null): StoredRing {
  const revision = text === null ? NaN : Number(text)
  if (Number.isSafeInteger(revision) && sealed !== null) return { revision, sealed }
  throw new TypeError('the store holds a key ring without its revision or its text')
}

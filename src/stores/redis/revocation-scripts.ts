import { redisScript } from './script.js'

/**
 * Approximate number of messages in the stream. A follower that is further behind finds a gap and reads the whole store.
 */
const streamLength = 50_000

/** Adds a message to the stream, under the next number. Numbers are consecutive, so that a gap is noticed. */
const publish = `
local function publish(...)
  local number = redis.call('INCR', KEYS[4])
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ${String(streamLength)}, '*', 'n', number, ...)
end
`

/**
 * Adds one entry, unless it changes nothing. Of two with the same name the later expiry and the later cut-off are kept; no
 * cut-off is later than any.
 */
const keep = `
${publish}
local function later(known, given)
  return tonumber(known) >= tonumber(given) and known or given
end
local function keep(name, expiry, cutOff)
  local knownExpiry = redis.call('ZSCORE', KEYS[1], name)
  local knownCutOff = redis.call('HGET', KEYS[2], name) or ''
  local newExpiry, newCutOff = expiry, cutOff
  if knownExpiry then
    newExpiry = later(knownExpiry, expiry)
    newCutOff = (knownCutOff == '' or cutOff == '') and '' or later(knownCutOff, cutOff)
    if newExpiry == knownExpiry and newCutOff == knownCutOff then return end
  end
  redis.call('ZADD', KEYS[1], newExpiry, name)
  if newCutOff ~= '' then redis.call('HSET', KEYS[2], name, newCutOff)
  elseif knownCutOff ~= '' then redis.call('HDEL', KEYS[2], name) end
  publish('name', name, 'expiry', newExpiry, 'cutOff', newCutOff)
end
`

/**
 * Adds entries, all or none. Writes even when they change nothing: WAIT of newer servers (Valkey 8, not Redis 7.0) covers
 * only changes made by its own connection, and entries added earlier may not have reached a replica yet.
 *
 * Input: expiries, cut-offs, stream, counter; name, expiry and cut-off (empty for none) of each entry. Output: nothing.
 */
export const addScript = redisScript(`
${keep}
local before = redis.call('GET', KEYS[4])
for i = 1, #ARGV, 3 do keep(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
if redis.call('GET', KEYS[4]) == before then redis.call('SET', KEYS[4], before or '0') end
return nil`)

/**
 * Returns the position from which a feed follows the stream. Creates an epoch if the issuer has none.
 *
 * Input: expiries, cut-offs, stream, counter, epochs; issuer, a new epoch, and the first entry of a new epoch.
 * Output: the epoch, the id of the last message, and the number of messages ever added.
 */
export const openScript = redisScript(`
${keep}
local epoch = redis.call('HGET', KEYS[5], ARGV[1])
if not epoch then
  epoch = ARGV[2]
  redis.call('HSET', KEYS[5], ARGV[1], epoch)
  keep(ARGV[3], ARGV[4], ARGV[5])
end
local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
return { epoch, last and last[1] or '0-0', redis.call('GET', KEYS[4]) or '0' }`)

/**
 * Adds the mark of a heartbeat to the stream.
 *
 * Input: expiries, cut-offs, stream, counter, epochs; issuer, mark. Output: the epoch, or nothing if there is none.
 */
export const markScript = redisScript(`
${publish}
local epoch = redis.call('HGET', KEYS[5], ARGV[1])
if epoch then publish('mark', ARGV[2]) end
return epoch`)

/**
 * Entries by name, from a primary alone. Writes the counter again, unchanged, for WAIT as in the addition of entries.
 *
 * Input: expiries, cut-offs, stream, counter, epochs; issuer, names. Output: the epoch, and expiry and cut-off of each name
 * (empty without); nothing from a replica, or without an epoch.
 */
export const askScript = redisScript(`
if not string.find(redis.call('INFO', 'replication'), 'role:master', 1, true) then return nil end
local epoch = redis.call('HGET', KEYS[5], ARGV[1])
if not epoch then return nil end
redis.call('SET', KEYS[4], redis.call('GET', KEYS[4]) or '0')
local answer = { epoch }
for i = 2, #ARGV do
  answer[#answer + 1] = redis.call('ZSCORE', KEYS[1], ARGV[i]) or ''
  answer[#answer + 1] = redis.call('HGET', KEYS[2], ARGV[i]) or ''
end
return answer`)

/**
 * Removes entries that expired before a time.
 *
 * Input: expiries, cut-offs; the time, the largest number of entries to remove. Output: the number of removed entries.
 */
export const sweepScript = redisScript(`
local names = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, name in ipairs(names) do
  redis.call('ZREM', KEYS[1], name)
  redis.call('HDEL', KEYS[2], name)
end
return #names`)

import { redisScript } from './script.js'

/**
 * The members of a session's hash, in the order in which the scripts return them. An unknown member belongs to the next
 * release: every change of the session keeps it. A session that this release would misread has a member `format`, which
 * no release has written so far: it is refused before anything is changed.
 */
export const sessionFields = [
  'id',
  'sid',
  'subject',
  'client',
  'scope',
  'audience',
  'generation',
  'parent',
  'createdAt',
  'rotatedAt',
  'absoluteExpiry',
  'idleExpiry',
  'endedAt',
  'revocationDue',
  'meta',
  'details',
  'format',
] as const

const whole = `redis.call('HMGET', KEYS[1], ${sessionFields.map((name) => `'${name}'`).join(', ')})`

/** Refuses a session that a later release stored in another format. */
const readable = `if redis.call('HEXISTS', KEYS[1], 'format') == 1 then error('the session has a format that this release cannot read') end`

/**
 * Ends the session unless it has ended, with the mark that its access tokens are not refused yet; says whether it was this
 * call. The second key is the index of marked sessions, where it may be changed in the same step: not in a Cluster.
 */
const ending = `local function endAt(now)
  if redis.call('HSETNX', KEYS[1], 'endedAt', now) == 0 then return false end
  redis.call('HSET', KEYS[1], 'revocationDue', '1')
  if KEYS[2] then
    redis.call('ZADD', KEYS[2], now, redis.call('HGET', KEYS[1], 'id'))
    local ttl = redis.call('TTL', KEYS[1])
    if ttl > redis.call('TTL', KEYS[2]) then redis.call('EXPIRE', KEYS[2], ttl) end
  end
  return true
end`

/**
 * Input: the session's key; a name for this attempt, seconds to keep it, then its fields and values.
 * Output: 1 when the session is stored, by this attempt or an earlier run of it; 0 when another one has its id.
 */
export const createScript = redisScript(`
if redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.call('HGET', KEYS[1], 'createdBy') == ARGV[1] and 1 or 0
end
redis.call('HSET', KEYS[1], 'createdBy', ARGV[1], unpack(ARGV, 3))
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1`)

/**
 * One refresh; decides as \`decideRotation\` of the sessions does, and the tests compare the two.
 *
 * Input: the session's key, maybe the index of marked sessions; presented, client, now, grace, recoverWithin, idleTtl (seconds).
 * Output: the outcome and the session after it; nothing when there is none.
 */
export const rotateScript = redisScript(`
${readable}
local session = {}
for i, value in ipairs(redis.call('HMGET', KEYS[1], 'generation', 'parent', 'rotatedAt', 'absoluteExpiry', 'idleExpiry')) do
  if not value and redis.call('EXISTS', KEYS[1]) == 0 then return nil end
  session[i] = value and tonumber(value) or error('the session lacks a number that this release needs')
end
local generation, parent, rotatedAt, absoluteExpiry, idleExpiry = unpack(session)
local presented, now = tonumber(ARGV[1]), tonumber(ARGV[3])
local grace, recoverWithin, idleTtl = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local function judge()
  if presented <= generation and redis.call('HEXISTS', KEYS[1], 'endedAt') == 1 then return 'ended' end
  if now >= absoluteExpiry or now >= idleExpiry then return 'expired' end
  if ARGV[2] ~= redis.call('HGET', KEYS[1], 'client') then return 'otherClient' end
  if presented > generation then return 'rolledBack' end
  local age = now - rotatedAt
  if presented == generation then
    if parent >= 0 and grace > 0 and age >= -60 and age <= grace then return 'replayed' end
    return 'rotated'
  end
  if presented ~= parent then
    local isLast = parent < -1 and presented > generation + parent
    if isLast and (age <= recoverWithin or age <= grace) then return 'superseded' end
    return 'reused'
  end
  if age < -60 then return 'recovered' end
  if age <= grace then return 'replayed' end
  if age <= recoverWithin then return 'recovered' end
  return 'reused'
end

${ending}
local function text(number) return string.format('%.0f', number) end
local function set(field, number) redis.call('HSET', KEYS[1], field, text(number)) end
local outcome = judge()
if outcome == 'reused' or outcome == 'rolledBack' then endAt(text(now)) end
if outcome == 'rotated' then set('parent', generation) end
if outcome == 'rotated' or outcome == 'recovered' then
  set('generation', generation + 1)
  set('rotatedAt', now)
  set('idleExpiry', math.min(now + idleTtl, absoluteExpiry))
end
return { outcome, ${whole} }`)

/**
 * Input: the session's key, maybe the index of marked sessions; now. Output: the session after it; nothing when there is none.
 */
export const endScript = redisScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
${readable}
${ending}
endAt(ARGV[1])
return ${whole}`)

/**
 * Input: the session's key, maybe the index of marked sessions; a name for this attempt, now, subject. Output: the session, when it is the subject's and
 * this attempt, or an earlier run of it, ended it; otherwise nothing.
 */
export const endOwnScript = redisScript(`
${readable}
if redis.call('HGET', KEYS[1], 'subject') ~= ARGV[3] then return nil end
${ending}
if endAt(ARGV[2]) then redis.call('HSET', KEYS[1], 'endedBy', ARGV[1]) end
if redis.call('HGET', KEYS[1], 'endedBy') ~= ARGV[1] then return nil end
return ${whole}`)

/**
 * Replaces details and counter of a session that is as it was read.
 *
 * Input: the session's key; generation and details (text, maybe empty) as they were read, then the fields and values to set.
 * Output: 1 when it was as it was read; otherwise 0.
 */
export const replaceScript = redisScript(`
${readable}
local was = redis.call('HMGET', KEYS[1], 'generation', 'details', 'endedAt')
if was[1] ~= ARGV[1] or (was[2] or '') ~= ARGV[2] or was[3] then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
return 1`)

/**
 * Input: the session's key; a time, and one for ended sessions.
 * Output: the session, removed because it is over; when to look again if it is not; nothing when there is none.
 */
export const removeScript = redisScript(`
${readable}
local values = redis.call('HMGET', KEYS[1], 'absoluteExpiry', 'idleExpiry', 'endedAt', 'revocationDue')
if not values[1] then return nil end
local function isBefore(value, time) return value and tonumber(value) < tonumber(time) end
local isOver = isBefore(values[1], ARGV[1])
if not isOver and not values[4] then isOver = isBefore(values[2], ARGV[1]) or isBefore(values[3], ARGV[2]) end
if not isOver then return isBefore(values[2], ARGV[1]) and values[1] or values[2] end
local session = ${whole}
redis.call('DEL', KEYS[1])
return session`)

/** Input: the key of the turn; milliseconds. Output: 1 when no process had it; otherwise nothing. */
export const turnScript = redisScript(`
if redis.call('SET', KEYS[1], '1', 'PX', ARGV[1], 'NX') then return 1 end
return nil`)

/**
 * Adds a session's id to an index by its expiry, and drops those that expired long ago, by the server's clock too: no
 * session may lose its index by the clock of one process.
 *
 * Input: the index; id, expiry, seconds to keep it, the expiry before which entries are dropped, and how long before the server's time
 * that is at the latest. Output: nothing.
 */
export const indexScript = redisScript(`
redis.call('ZADD', KEYS[1], 'NX', ARGV[2], ARGV[1])
local before = math.min(tonumber(ARGV[4]), clock / 1000 - tonumber(ARGV[5]))
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.0f', before))
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
return nil`)

/**
 * Points from a session's public name to its session.
 *
 * Input: the pointer; id, seconds to keep it. Output: the id that it points to; another id means that it was taken.
 */
export const pointScript = redisScript(`
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2], 'NX')
return redis.call('GET', KEYS[1])`)

import { z } from 'zod'
import type { RedisConnection } from '../storage/redis.js'
import {
  isOfAddress,
  mostListed,
  mostOfAccount,
  pageOf,
  type Lock,
  type Lockouts,
} from './lockouts.js'

/**
 * Sorted sets: `USER:ID` by the time when the lock ends, of accounts, and of accounts at one network; the latter of each account
 * a second time. The braces have one node of a Cluster hold all of them.
 */
const ofAccounts = 'jotgate:limit:locks'
const ofAddresses = `{${ofAccounts}}:addresses`
const addressesOf = (user: string) => `{${ofAccounts}}:addresses:${user}`

/**
 * Input: the set of the lock, that of accounts, that of networks, that of the networks of its account; the time when the lock
 * ends, its member, and how many are kept at most of all and of one account.
 */
const add = `
local now = redis.call('TIME')[1] * 1000
for _, key in ipairs(KEYS) do redis.call('ZREMRANGEBYSCORE', key, '-inf', now) end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
if KEYS[1] == KEYS[3] then
  redis.call('ZADD', KEYS[4], ARGV[1], ARGV[2])
  redis.call('PEXPIREAT', KEYS[4], redis.call('ZRANGE', KEYS[4], -1, -1, 'WITHSCORES')[2])
  for _, member in ipairs(redis.call('ZRANGE', KEYS[4], 0, -ARGV[4])) do
    redis.call('ZREM', KEYS[3], member)
    redis.call('ZREM', KEYS[4], member)
  end
end
for _, key in ipairs({ KEYS[3], KEYS[2] }) do
  local over = redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3]) - ARGV[3]
  if over > 0 then redis.call('ZREMRANGEBYRANK', key, 0, over - 1) end
end
return 1`

/** Input: the sets of locks. Output: the members whose locks have not ended, each with the time when it does. */
const live = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = {}
for _, key in ipairs(KEYS) do
  for _, text in ipairs(redis.call('ZRANGEBYSCORE', key, '(' .. string.format('%.0f', now), '+inf', 'WITHSCORES')) do
    table.insert(found, text)
  end
end
return found`

const texts = z.array(z.string())
const details = z.tuple([z.coerce.number().nullable(), z.coerce.number().nullable()])

/** What {@link redisLocks} needs. */
export interface RedisLocksParts {
  /** Asks Redis within the deadline of a login. */
  readonly ask: <T>(question: () => Promise<T>) => Promise<T>
  /** The key of a count. */
  readonly keyOf: (name: string) => string
}

type Listed = Omit<Lock, 'wrong'>

/** The list of locks beside the counts; what is listed is looked up in its count. */
export interface RedisLocks extends Pick<Lockouts, 'list' | 'find'> {
  add(lock: Listed): Promise<void>
  remove(lock: Pick<Lock, 'id' | 'user'>): Promise<void>
}

/** @example await redisLocks(redis, { ask, keyOf }).add({ id, user, until }) */
export function redisLocks(redis: RedisConnection, { ask, keyOf }: RedisLocksParts): RedisLocks {
  const listed = async () =>
    toListed(texts.parse(await ask(() => redis.eval(live, 2, ofAccounts, ofAddresses))))
  const complete = async (lock: Listed): Promise<readonly Lock[]> => {
    const found = await ask(() => redis.hmget(keyOf(lock.id), 'count', 'lockedUntil'))
    const [wrong, until] = details.parse(found)
    return wrong === null || until !== lock.until ? [] : [{ ...lock, wrong }]
  }
  const completeAll = async (locks: readonly Listed[]) =>
    (await Promise.all(locks.map(complete))).flat()
  return {
    add: async ({ user, id, until }) => {
      const set = isOfAddress({ user, id }) ? ofAddresses : ofAccounts
      const keys = [set, ofAccounts, ofAddresses, addressesOf(user)]
      const values = [until, memberOf({ user, id }), mostListed, mostOfAccount]
      await ask(() => redis.eval(add, keys.length, ...keys, ...values))
    },
    list: async ({ user, ...page }) => {
      const all = await listed()
      const own = user === undefined ? all : all.filter((lock) => lock.user === user)
      return completeAll(pageOf(own, page))
    },
    find: async (id) => {
      const [found] = await completeAll((await listed()).filter((lock) => lock.id === id))
      return found
    },
    remove: async (lock) => {
      await ask(() => redis.del(keyOf(lock.id)))
      for (const key of [ofAccounts, ofAddresses, addressesOf(lock.user)])
        await ask(() => redis.zrem(key, memberOf(lock)))
    },
  }
}

function memberOf({ user, id }: Pick<Lock, 'user' | 'id'>): string {
  return `${user}:${id}`
}

/** Ids of users may hold colons, those of locks do not. */
function toListed(answer: readonly string[]): readonly Listed[] {
  return answer.flatMap((member, at) => {
    if (at % 2 === 1) return []
    const colon = member.lastIndexOf(':')
    const until = Number(answer[at + 1])
    return [{ user: member.slice(0, colon), id: member.slice(colon + 1), until }]
  })
}

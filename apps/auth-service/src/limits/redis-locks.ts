import { z } from 'zod'
import type { RedisConnection } from '../storage/redis.js'
import { mostListed, pageOf, type Lock, type Lockouts } from './lockouts.js'

/** A sorted set: `USER:ID` by the time when the lock ends. One key, so that one node of a Cluster holds all of it. */
const index = 'jotgate:limit:locks'

/** Input: the index; the time when the lock ends, its member, and how many are kept at most. */
const add = `
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', time[1] * 1000)
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[3])
return 1`

/** Input: the index. Output: the members whose locks have not ended, each with the time when it does. */
const live = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf', 'WITHSCORES')`

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
  const listed = async () => toListed(texts.parse(await ask(() => redis.eval(live, 1, index))))
  const complete = async (lock: Listed): Promise<readonly Lock[]> => {
    const found = await ask(() => redis.hmget(keyOf(lock.id), 'count', 'lockedUntil'))
    const [wrong, until] = details.parse(found)
    return wrong === null || until !== lock.until ? [] : [{ ...lock, wrong }]
  }
  const completeAll = async (locks: readonly Listed[]) =>
    (await Promise.all(locks.map(complete))).flat()
  return {
    add: async ({ user, id, until }) => {
      await ask(() => redis.eval(add, 1, index, until, memberOf({ user, id }), mostListed))
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
      await ask(() => redis.zrem(index, memberOf(lock)))
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

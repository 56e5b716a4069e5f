import type { Redis } from 'ioredis'

/** One command that writes again what was there: its name, a key, and its further arguments. */
export type RedisCommand = readonly [command: string, key: string, ...args: string[]]

/** All keys that begin with a prefix, or with that behind a `{`, as the commands that write them. */
export async function dumpRedis(redis: Redis, prefix: string): Promise<readonly RedisCommand[]> {
  const keys = [...(await redis.keys(`${prefix}:*`)), ...(await redis.keys(`{${prefix}:*`))].sort()
  const commands: RedisCommand[] = []
  for (const key of keys) {
    commands.push(...(await dumpKey(redis, key)))
    const ttl = await redis.ttl(key)
    if (ttl >= 0) commands.push(['EXPIRE', key, String(ttl)])
  }
  return commands
}

async function dumpKey(redis: Redis, key: string): Promise<readonly RedisCommand[]> {
  const type = await redis.type(key)
  switch (type) {
    case 'string':
      return [['SET', key, (await redis.get(key)) ?? '']]
    case 'hash': {
      const fields = Object.entries(await redis.hgetall(key)).sort(byName)
      return [['HSET', key, ...fields.flat()]]
    }
    case 'zset': {
      const found = await redis.zrange(key, '0', '-1', 'WITHSCORES')
      const scored = found.flatMap((each, at) => (at % 2 === 0 ? [found[at + 1] ?? '', each] : []))
      return [['ZADD', key, ...scored]]
    }
    case 'stream': {
      const messages = await redis.xrange(key, '-', '+')
      return messages.map(([id, fields]) => ['XADD', key, id, ...fields])
    }
    default:
      throw new Error(`a recording has no place for a ${type}`)
  }
}

const byName = ([one]: [string, string], [other]: [string, string]) => (one < other ? -1 : 1)

/** Writes what was recorded, under another prefix. */
export async function loadRedis(
  redis: Redis,
  commands: readonly RedisCommand[],
  prefix: string,
): Promise<void> {
  for (const [command, key, ...args] of commands)
    await redis.call(command, key.replace(/^(\{?)[^:]+/, `$1${prefix}`), ...args)
}

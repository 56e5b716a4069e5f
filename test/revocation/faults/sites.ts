import { startPostgres } from '../../setup/postgres.js'
import { startRedisCluster } from '../../setup/redis-cluster.js'
import { redisCommand } from '../../setup/redis-command.js'
import { startRestartableRedis, type RestartableRedis } from '../../setup/redis-restart.js'
import { startSentinel, type RedisSentinel } from '../../setup/redis-sentinel.js'
import { startTcpProxy, type TcpProxy } from '../../setup/tcp-proxy.js'

/** A store that processes share, and how each process reaches it. */
export interface Site {
  /** Address of the store for the process with this index. */
  readonly addressFor: (process: number) => string
  readonly stop: () => Promise<void>
}

/** The two Redis clients. */
export type Driver = 'ioredis' | 'node-redis'

/** One Redis. */
export interface OneRedis extends Site {
  readonly redis: RestartableRedis
}

/** Opens one Redis, for this client. */
export const oneRedis = (driver: Driver) => async (): Promise<OneRedis> => {
  const redis = await startRestartableRedis()
  return { redis, addressFor: () => addressAt(driver, redis.port), stop: redis.stop }
}

/** One Redis, which the first process reaches through a proxy. */
export interface ProxiedRedis extends OneRedis {
  readonly proxy: TcpProxy
}

/** Opens one Redis behind a proxy, for this client. */
export const proxiedRedis = (driver: Driver) => async (): Promise<ProxiedRedis> => {
  const redis = await startRestartableRedis()
  const proxy = await startTcpProxy({ port: redis.port })
  return {
    redis,
    proxy,
    addressFor: (process) => addressAt(driver, process === 0 ? proxy.port : redis.port),
    stop: async () => {
      await proxy.stop()
      await redis.stop()
    },
  }
}

function addressAt(driver: Driver, port: number): string {
  return `${driver}://127.0.0.1:${String(port)}#faults`
}

/** A primary, two replicas and three sentinels. */
export interface BehindSentinel extends Site {
  readonly servers: RedisSentinel['servers']
}

/** Opens a Redis behind Sentinel, for this client. */
export const behindSentinel = (driver: Driver) => async (): Promise<BehindSentinel> => {
  const { name, sentinels, servers, stop } = await startSentinel()
  const addresses = sentinels.map(({ host, port }) => `${host}:${String(port)}`).join()
  return { servers, stop, addressFor: () => `${driver}-sentinel://${name}@${addresses}#faults` }
}

/** Three primaries, one of which holds the revocations. */
export interface RedisOfMany extends Site {
  readonly holder: { readonly pid: number }
}

/** Opens a Redis Cluster, for this client. */
export const redisCluster = (driver: Driver) => async (): Promise<RedisOfMany> => {
  const { nodes, stop } = await startRedisCluster()
  for (const { port, pid } of nodes) {
    // The other servers answer MOVED.
    const holds = await redisCommand(port, 'EXISTS', '{faults:revocations}').catch(() => undefined)
    const address = `${driver}-cluster://127.0.0.1:${String(port)}#faults`
    if (holds !== undefined) return { holder: { pid }, stop, addressFor: () => address }
  }
  await stop()
  throw new Error('no server of the cluster has the key')
}

/** A PostgreSQL that can be restarted. */
export interface OnePostgres extends Site {
  readonly shutDown: () => Promise<void>
  readonly startAgain: () => Promise<void>
}

/** Opens a PostgreSQL of its own. */
export async function onePostgres(): Promise<OnePostgres> {
  const { url, stop, shutDown, startAgain } = await startPostgres({ url: undefined })
  if (shutDown === undefined || startAgain === undefined)
    throw new Error('the test cannot restart this PostgreSQL')
  return { shutDown, startAgain, stop, addressFor: () => `${url}#faults` }
}

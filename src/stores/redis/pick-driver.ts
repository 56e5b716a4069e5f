import { hasMethods, wrongClient } from '../given-client.js'
import { ioredisDriver, type IoredisClient } from './ioredis.js'
import {
  nodeRedisClusterDriver,
  nodeRedisDriver,
  nodeRedisSentinelDriver,
  type NodeRedisClient,
  type NodeRedisCluster,
  type NodeRedisSentinel,
} from './node-redis.js'
import type { RedisDriver } from './port.js'

/** A client of ioredis, iovalkey or node-redis; standalone, behind Sentinel, or a Cluster. */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisCluster | NodeRedisSentinel

/**
 * The driver for a client, recognised by its members, so that no client package is imported.
 *
 * @throws ConfigError for any other object
 */
export function pickDriver(client: RedisClient): RedisDriver {
  const has = (name: string): boolean => hasMethods(client, [name])
  // The type follows from the members; ioredis also has a `sendCommand`, with other parameters.
  if (has('call') && has('duplicate')) return ioredisDriver(client as IoredisClient)
  if (!has('sendCommand')) throw wrongClient(wanted, client)
  if (has('nodeClient')) return nodeRedisClusterDriver(client as NodeRedisCluster)
  if (has('getMasterNode')) return nodeRedisSentinelDriver(client as NodeRedisSentinel)
  if (has('duplicate')) return nodeRedisDriver(client as NodeRedisClient)
  throw wrongClient(wanted, client)
}

const wanted = {
  factory: 'redisStores',
  what: 'a client of ioredis, iovalkey or redis (node-redis)',
  write: 'redisStores(new Redis(url)), or redisStores(await createClient({ url }).connect())',
}

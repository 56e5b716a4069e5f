import { readOptions } from '../../foundation/options.js'
import type { KeyRingStore } from '../../key-sources/ports.js'
import type { RevocationStore } from '../../revocation/ports.js'
import type { SessionStore } from '../../session/ports.js'
import type { AttemptStore } from '../../session-routes/ports.js'
import { redisStoresTable, type RedisStoresOptions } from './redis-options.js'
import { redisAttempts } from './attempts.js'
import { redisKeys } from './keys.js'
import { redisSessions } from './sessions.js'
import { listenForErrors } from '../given-client.js'
import { pickDriver, type RedisClient } from './pick-driver.js'
import { confirmedWrites } from './confirmed.js'
import { redisPort } from './redis-port.js'
import { redisRevocations } from './revocations.js'

export type { RedisStoresOptions } from './redis-options.js'
export type { RedisClient } from './pick-driver.js'
export type { IoredisClient } from './ioredis.js'
export type { NodeRedisClient, NodeRedisCluster, NodeRedisSentinel } from './node-redis.js'

/** Stores in Redis. */
export interface RedisStores {
  readonly sessions: SessionStore
  /** Refuses to open a feed on a Redis that evicts keys. */
  readonly revocations: RevocationStore
  readonly keys: KeyRingStore
  /** Counts of failed logins, for `sessionRoutes`. */
  readonly attempts: AttemptStore
}

/**
 * Sessions, revocations and key rings in Redis 6.2 or later, or Valkey: one server, Sentinel, or a Cluster. You provide
 * the client (ioredis, iovalkey or node-redis), connected; listen for its `error` to log lost connections. Whatever the client resends
 * or queues, no command takes longer here than its deadline, and none takes effect twice or late.
 *
 * Not for: a Redis that evicts keys, which loses sessions and revocations when memory is short.
 *
 * @throws ConfigError for anything else than such a client, and for unknown options
 * @example const { sessions, revocations, keys } = redisStores(new Redis('redis://127.0.0.1:6379'), { prefix: 'auth' })
 */
export function redisStores(client: RedisClient, options: RedisStoresOptions = {}): RedisStores {
  const { prefix, deadlineMs, minReplicas } = readOptions('redisStores', redisStoresTable, options)
  const port = redisPort(pickDriver(client), deadlineMs)
  listenForErrors(client)
  const confirmed = confirmedWrites(port, { minReplicas, deadlineMs })
  return Object.freeze({
    sessions: redisSessions(port, prefix),
    revocations: redisRevocations({ port, prefix, confirmed }),
    keys: redisKeys(port, prefix),
    attempts: redisAttempts(port, prefix),
  })
}

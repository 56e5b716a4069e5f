import { Cluster, Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { RedisAddress } from '../configuration/redis-address.js'

/** A connection to Redis, of any of the three kinds. */
export type RedisConnection = Redis | Cluster

/**
 * Connects to Redis, and keeps trying while it is unavailable; its users have their own deadlines.
 *
 * @example const redis = openRedis(address, log)
 */
export function openRedis(address: RedisAddress, log: Logger): RedisConnection {
  const connection = connect(address)
  let troubled = false
  connection.on('error', (error) => {
    if (!troubled) log.warn({ err: error }, 'Redis cannot be reached')
    troubled = true
  })
  connection.on('ready', () => {
    if (troubled) log.info('Redis is back')
    troubled = false
  })
  return connection
}

function connect(address: RedisAddress): RedisConnection {
  const { username, password, tls } = address
  const options = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    connectTimeout: 5000,
  }
  const nodes = address.nodes.map(({ host, port }) => ({ host, port }))
  switch (address.kind) {
    case 'cluster':
      return new Cluster(nodes, { redisOptions: options })
    case 'sentinel':
      return new Redis({ ...options, sentinels: nodes, name: address.name, db: address.db })
    case 'single':
      return new Redis({ ...options, ...nodes[0], db: address.db })
  }
}

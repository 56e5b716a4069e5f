import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster, createSentinel } from 'redis'
import { startRedisCluster, type RedisCluster } from '../../setup/redis-cluster.js'
import { startSentinel, type RedisSentinel } from '../../setup/redis-sentinel.js'
import { startRedis } from '../../setup/redis.js'
import { shared } from '../../setup/shared.js'
import type { RedisClient } from '../../../src/stores/redis/index.js'

/** A client that is connected. */
export interface Connected {
  readonly client: RedisClient
  readonly close: () => void
}

/** A server with its clients by name. */
export interface Site {
  readonly clients: Readonly<Record<string, () => Promise<Connected>>>
  readonly stop: () => Promise<void>
}

/** What happens to a connection is told to whoever asks a question; both packages want a listener besides. */
const ignore = () => undefined

export function ioredisAt(url: string, options: object = {}): Promise<Connected> {
  const client = new Redis(url, options)
  client.on('error', ignore)
  return Promise.resolve({
    client,
    close: () => {
      client.disconnect()
    },
  })
}

export async function nodeRedisAt(url: string, options: object = {}): Promise<Connected> {
  const client = createClient({ url, ...options })
  client.on('error', ignore)
  await client.connect()
  return {
    client,
    close: () => {
      client.destroy()
    },
  }
}

/** It is there for all test files. */
const keep = () => Promise.resolve()

async function oneServer(): Promise<Site> {
  const { url, stop } = await startRedis()
  return {
    clients: { ioredis: () => ioredisAt(url), 'node-redis': () => nodeRedisAt(url) },
    stop,
  }
}

async function cluster(): Promise<Site> {
  const found = await shared<RedisCluster>('cluster')
  const started = found ?? (await startRedisCluster())
  return { clients: clusterClients(started), stop: found ? keep : started.stop }
}

/** Clients that know the nodes of a Cluster, by name. */
export function clusterClients({ nodes }: RedisCluster) {
  return {
    ioredis: (): Promise<Connected> => {
      const client = new Cluster(nodes.map(({ host, port }) => ({ host, port })))
      client.on('error', ignore)
      return Promise.resolve({
        client,
        close: () => {
          client.disconnect()
        },
      })
    },
    'node-redis': async (): Promise<Connected> => {
      const rootNodes = nodes.map(({ port }) => ({ url: `redis://127.0.0.1:${String(port)}` }))
      const client = createCluster({ rootNodes })
      client.on('error', ignore)
      await client.connect()
      return {
        client,
        close: () => {
          client.destroy()
        },
      }
    },
  }
}

async function sentinel(): Promise<Site> {
  const found = await shared<RedisSentinel>('sentinel')
  const started = found ?? (await startSentinel())
  return { clients: sentinelClients(started), stop: found ? keep : started.stop }
}

/** Clients that ask Sentinel for the primary, by name. */
export function sentinelClients({ name, sentinels }: RedisSentinel) {
  const places = sentinels.map(({ host, port }) => ({ host, port }))
  return {
    ioredis: (): Promise<Connected> => {
      const client = new Redis({ sentinels: places, name })
      client.on('error', ignore)
      return Promise.resolve({
        client,
        close: () => {
          client.disconnect()
        },
      })
    },
    'node-redis': async (): Promise<Connected> => {
      const client = createSentinel({ name, sentinelRootNodes: places })
      client.on('error', ignore)
      await client.connect()
      return {
        client,
        close: () => {
          void client.destroy()
        },
      }
    },
  }
}

/** Every way in which Redis is run. Those of more than one server are shared by the test files: take a prefix of your own. */
export const sites: Readonly<Record<string, () => Promise<Site>>> = {
  'one Redis': oneServer,
  'a Redis Cluster': cluster,
  'a Redis behind Sentinel': sentinel,
}

import { connect } from 'node:net'
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { startPostgres, type PostgresServer } from './postgres.js'
import { startRedisCluster } from './redis-cluster.js'
import { redisCommand } from './redis-command.js'
import { startSentinel } from './redis-sentinel.js'

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })

const ask = async ({ url }: PostgresServer, text: string): Promise<unknown> => {
  const client = new Client(url)
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(text)
  await client.end()
  return rows
}

// They start beside one another: each takes seconds, most of it to wait.
describe.concurrent('the PostgreSQL of the tests', () => {
  // With `embedded: false` Debian's, which another machine may have to install.
  it.each([true, false])(
    'the PostgreSQL of the tests is a real server, gone once it is stopped (embedded: %s)',
    { timeout: 300_000 },
    async (embedded) => {
      const server = await startPostgres({ embedded })
      expect(await ask(server, 'SELECT 1 + 1 AS two')).toEqual([{ two: 2 }])
      await server.stop()
      expect(await listens(Number(new URL(server.url).port))).toBe(false)
    },
  )

  it('the PostgreSQL of the tests is the one at the address given, when there is one', async () => {
    const server = await startPostgres({ url: 'postgres://127.0.0.1:1/x' })
    expect(server.url).toBe('postgres://127.0.0.1:1/x')
    await server.stop()
  })
})

describe.concurrent('the Redis Cluster of the tests', () => {
  it('the Redis Cluster of the tests has three primaries that share the slots, gone once it is stopped', async () => {
    const { nodes, stop } = await startRedisCluster()
    const ports = nodes.map(({ port }) => port)
    expect(new Set(ports).size).toBe(3)
    for (const port of ports)
      expect(await redisCommand(port, 'CLUSTER', 'INFO')).toContain('cluster_size:3')
    await stop()
    expect(await Promise.all(ports.map(listens))).toEqual([false, false, false])
  })

  it('the Redis Cluster of the tests has a replica of each primary, when asked for', async () => {
    const { nodes, replicas, stop } = await startRedisCluster({ replicas: true })
    for (const [i, { port }] of replicas.entries()) {
      const info = await redisCommand(port, 'INFO', 'replication')
      expect(info).toContain(`master_port:${String(nodes[i]?.port)}`)
    }
    expect(replicas).toHaveLength(3)
    await stop()
    expect(await Promise.all(replicas.map(({ port }) => listens(port)))).not.toContain(true)
  })
})

describe.concurrent('the Sentinel of the tests', () => {
  it('the Sentinel of the tests names the primary, and is gone once it is stopped', async () => {
    const { name, sentinels, servers, stop } = await startSentinel()
    const [primary] = servers
    for (const { port } of sentinels) {
      const answer = await redisCommand(port, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)
      expect(answer).toContain(String(primary?.port))
    }
    await stop()
    const ports = [...servers, ...sentinels].map(({ port }) => port)
    expect(new Set(await Promise.all(ports.map(listens)))).toEqual(new Set([false]))
  })
})

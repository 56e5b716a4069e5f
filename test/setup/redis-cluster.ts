import { rmSync } from 'node:fs'
import { findOrInstall } from './programs.js'
import { redisCommand } from './redis-command.js'
import { answersPing, wantedRedis } from './redis.js'
import { freePort, makeFolder, startServer, until, type Server } from './server.js'

/** A Redis Cluster to test against. */
export interface RedisCluster {
  /** `{ host, port }` of each primary. */
  readonly nodes: readonly { readonly host: string; readonly port: number; readonly pid: number }[]
  readonly stop: () => Promise<void>
}

const slots = 16_384

/**
 * A Redis Cluster (7 or later) of three primaries on free loopback ports, which keep nothing on disk.
 *
 * @throws Error with one line on what to install when there is no Redis, or when the cluster does not come up
 * @example const cluster = await startRedisCluster()
 */
export async function startRedisCluster(): Promise<RedisCluster> {
  const program = await findOrInstall(wantedRedis)
  const folders = [0, 1, 2].map(() => makeFolder('cluster'))
  const started: { server: Server; port: number; bus: number }[] = []
  const stop = async () => {
    await Promise.all(started.map(({ server }) => server.stop()))
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
  try {
    for (const folder of folders) {
      const [port, bus] = [await freePort(), await freePort()]
      started.push({ server: startServer(program, argsOf(folder, port, bus)), port, bus })
    }
    await Promise.all(started.map(({ server, port }) => answersPing(server, port)))
    await join(started)
  } catch (error) {
    await stop()
    throw error
  }
  const nodes = started.map(({ server, port }) => ({
    host: '127.0.0.1',
    port,
    pid: server.child.pid ?? 0,
  }))
  return { nodes, stop }
}

function argsOf(folder: string, port: number, bus: number): string[] {
  const place = ['--port', String(port), '--cluster-port', String(bus), '--bind', '127.0.0.1']
  const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1500']
  return [...place, ...cluster, '--dir', folder, '--save', '', '--appendonly', 'no']
}

/** Shares out the slots, and makes the nodes known to one another. */
async function join(nodes: readonly { port: number; bus: number }[]): Promise<void> {
  const [first] = nodes
  for (const [i, { port, bus }] of nodes.entries()) {
    const from = Math.floor((i * slots) / nodes.length)
    const to = Math.floor(((i + 1) * slots) / nodes.length) - 1
    await redisCommand(port, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
    if (first !== undefined && i > 0)
      await redisCommand(first.port, 'CLUSTER', 'MEET', '127.0.0.1', String(port), String(bus))
  }
  const isUp = async () => {
    const infos = await Promise.all(nodes.map(({ port }) => redisCommand(port, 'CLUSTER', 'INFO')))
    return infos.every(
      (info) => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3'),
    )
  }
  if (!(await until(30_000, isUp))) throw new Error('The Redis Cluster did not come up within 30 s')
}

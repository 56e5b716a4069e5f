import { rmSync } from 'node:fs'
import { findOrInstall } from './programs.js'
import { redisCommand } from './redis-command.js'
import { answersPing, wantedRedis } from './redis.js'
import { freePort, makeFolder, startServer, until, type Server } from './server.js'

/** One server of a Cluster. */
export interface RedisClusterNode {
  readonly host: string
  readonly port: number
  readonly pid: number
}

/** A Redis Cluster to test against. */
export interface RedisCluster {
  /** The primaries. */
  readonly nodes: readonly RedisClusterNode[]
  /** One for each primary, in the same order; none unless asked for. */
  readonly replicas: readonly RedisClusterNode[]
  readonly stop: () => Promise<void>
}

/** What to start. */
export interface RedisClusterOptions {
  /** A replica for each primary, which takes over after one or two seconds. Default: none. */
  readonly replicas?: boolean
}

const slots = 16_384
const primaries = 3

/**
 * A Redis Cluster (7 or later) of three primaries on free loopback ports, which keep nothing on disk.
 *
 * @throws Error with one line on what to install when there is no Redis, or when the cluster does not come up
 * @example const cluster = await startRedisCluster()
 */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  try {
    return await startOnce(options)
  } catch {
    // Of so many ports that were free one may be somebody else's by the time it is taken.
    return startOnce(options)
  }
}

async function startOnce({ replicas = false }: RedisClusterOptions): Promise<RedisCluster> {
  const program = await findOrInstall(wantedRedis)
  const count = replicas ? 2 * primaries : primaries
  const folders = Array.from({ length: count }, () => makeFolder('cluster'))
  const started: Started[] = []
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
    await follow(started)
  } catch (error) {
    await stop()
    throw error
  }
  const nodes = started.map(({ server, port }) => ({
    host: '127.0.0.1',
    port,
    pid: server.child.pid ?? 0,
  }))
  return { nodes: nodes.slice(0, primaries), replicas: nodes.slice(primaries), stop }
}

interface Started {
  readonly server: Server
  readonly port: number
  readonly bus: number
}

function argsOf(folder: string, port: number, bus: number): string[] {
  const place = ['--port', String(port), '--cluster-port', String(bus), '--bind', '127.0.0.1']
  const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1500']
  const hasty = ['--repl-diskless-sync-delay', '0']
  return [...place, ...cluster, ...hasty, '--dir', folder, '--save', '', '--appendonly', 'no']
}

/** Shares out the slots, and makes the nodes known to one another. */
async function join(nodes: readonly Started[]): Promise<void> {
  const [first] = nodes
  for (const [i, { port, bus }] of nodes.entries()) {
    const from = Math.floor((i * slots) / primaries)
    const to = Math.floor(((i + 1) * slots) / primaries) - 1
    if (i < primaries)
      await redisCommand(port, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
    if (first !== undefined && i > 0)
      await redisCommand(first.port, 'CLUSTER', 'MEET', '127.0.0.1', String(port), String(bus))
  }
  const isUp = async () => {
    const infos = await Promise.all(nodes.map(({ port }) => redisCommand(port, 'CLUSTER', 'INFO')))
    return infos.every(
      (info) =>
        info.includes('cluster_state:ok') &&
        info.includes(`cluster_known_nodes:${String(nodes.length)}`),
    )
  }
  if (!(await until(30_000, isUp))) throw new Error('The Redis Cluster did not come up within 30 s')
}

/** Makes the nodes after the primaries their replicas, each up to date, and known as such to all. */
async function follow(nodes: readonly Started[]): Promise<void> {
  const replicas = nodes.slice(primaries)
  for (const [i, { port }] of replicas.entries()) {
    const id = await redisCommand(nodes[i]?.port ?? 0, 'CLUSTER', 'MYID')
    await redisCommand(port, 'CLUSTER', 'REPLICATE', id.split('\r\n')[1] ?? '')
  }
  const isFollowing = async () => {
    const infos = replicas.map(({ port }) => redisCommand(port, 'INFO', 'replication'))
    const tables = nodes.map(({ port }) => redisCommand(port, 'CLUSTER', 'NODES'))
    const areUp = (await Promise.all(infos)).every((info) => info.includes('master_link_status:up'))
    const areKnown = (await Promise.all(tables)).every(
      (table) => table.split('slave ').length - 1 === replicas.length,
    )
    return areUp && areKnown
  }
  if (!(await until(30_000, isFollowing)))
    throw new Error('The replicas of the Redis Cluster did not come up within 30 s')
}

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findOrInstall } from './programs.js'
import { redisCommand } from './redis-command.js'
import { answersPing, wantedRedis } from './redis.js'
import { freePort, makeFolder, startServer, until, type Server } from './server.js'

/** A Redis behind Sentinel to test against. */
export interface RedisSentinel {
  readonly name: string
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  /** The one that is the primary at first, then its replicas. */
  readonly servers: readonly { readonly port: number; readonly pid: number }[]
  readonly stop: () => Promise<void>
}

const name = 'jotgate'
const replicas = 2

/**
 * A primary, two replicas and three sentinels on free loopback ports, which keep nothing on disk. A primary that is
 * gone is replaced after about two seconds.
 *
 * @throws Error with one line on what to install when there is no Redis, or when Sentinel does not come up
 * @example const { sentinels, name } = await startSentinel()
 */
export async function startSentinel(): Promise<RedisSentinel> {
  const program = await findOrInstall(wantedRedis)
  const folder = makeFolder('sentinel')
  const running: Server[] = []
  const stop = async () => {
    await Promise.all(running.map((server) => server.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  const start = async (argsFor: (port: number) => string[]) => {
    const port = await freePort()
    const server = startServer(program, argsFor(port))
    running.push(server)
    await answersPing(server, port)
    return { port, host: '127.0.0.1', pid: server.child.pid ?? 0 }
  }
  try {
    const primary = await start((port) => serverArgs(folder, port))
    const servers = [primary]
    for (let i = 0; i < replicas; i++)
      servers.push(await start((port) => serverArgs(folder, port, primary.port)))
    const sentinels = []
    for (let i = 0; i < 3; i++)
      sentinels.push(await start((port) => sentinelArgs(folder, port, primary.port)))
    await allKnown(
      sentinels.map(({ port }) => port),
      primary.port,
    )
    return { name, sentinels, servers, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function serverArgs(folder: string, port: number, primary?: number): string[] {
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  const volatile = ['--save', '', '--appendonly', 'no', '--dbfilename', `${String(port)}.rdb`]
  const hasty = ['--repl-diskless-sync-delay', '0']
  const follow = ['--replicaof', '127.0.0.1', String(primary)]
  return [...place, ...volatile, ...hasty, ...(primary === undefined ? [] : follow)]
}

/** Sentinel rewrites its configuration, so it has a file of its own. */
function sentinelArgs(folder: string, port: number, primary: number): string[] {
  const file = join(folder, `sentinel-${String(port)}.conf`)
  const lines = [
    `port ${String(port)}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${name} 127.0.0.1 ${String(primary)} 2`,
    `sentinel down-after-milliseconds ${name} 800`,
    `sentinel failover-timeout ${name} 3000`,
  ]
  writeFileSync(file, lines.join('\n'))
  return [file, '--sentinel']
}

async function allKnown(ports: readonly number[], primary: number): Promise<void> {
  const knows = async (port: number) => {
    const answer = await redisCommand(port, 'SENTINEL', 'MASTER', name)
    const valueOf = (field: string) => new RegExp(`${field}\r\n\\$\\d+\r\n(\\d+)`).exec(answer)?.[1]
    return valueOf('num-slaves') === String(replicas) && valueOf('num-other-sentinels') === '2'
  }
  const follow = async () => {
    const answer = await redisCommand(primary, 'INFO', 'replication')
    return answer.split('state=online').length - 1 === replicas
  }
  const isUp = async () => (await Promise.all([follow(), ...ports.map(knows)])).every(Boolean)
  if (!(await until(40_000, isUp))) throw new Error('Sentinel did not come up within 40 s')
}

import { once } from 'node:events'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findOrInstall } from './programs.js'
import { redisCommand } from './redis-command.js'
import { answersPing, wantedRedis } from './redis.js'
import { freePort, makeFolder, startServer, type Server } from './server.js'

/** A Redis that is killed and comes back at the same place. */
export interface RestartableRedis {
  readonly port: number
  /** Of the process that runs now. */
  pid(): number
  command(...args: readonly string[]): Promise<string>
  /** Kept aside, to be put back by `start`. */
  keepCopy(): Promise<void>
  readonly kill: () => Promise<void>
  /** With what it had on disk, or the copy that was kept; `args` are the server's own. Does not wait until it answers. */
  start(from: 'disk' | 'copy', args?: readonly string[]): void
  /** @throws Error when it does not answer in time, 20 s unless it has more to load */
  answers(ms?: number): Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * A Redis of one's own on a free loopback port, which writes what it keeps to the disk, as `appendfsync everysec` does.
 *
 * @throws Error with one line on what to install when there is none
 * @example const redis = await startRestartableRedis()
 */
export async function startRestartableRedis(): Promise<RestartableRedis> {
  const program = await findOrInstall(wantedRedis)
  const folder = makeFolder('redis')
  const port = await freePort()
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const begin = (args: readonly string[]): Server => startServer(program, [...place, ...args])
  let server = begin(['--appendonly', 'yes'])
  const redis: RestartableRedis = {
    port,
    pid: () => server.child.pid ?? 0,
    command: (...args) => redisCommand(port, ...args),
    keepCopy: async () => {
      await redisCommand(port, 'SAVE')
      copyFileSync(join(folder, 'dump.rdb'), join(folder, 'copy.rdb'))
    },
    kill: async () => {
      const gone = once(server.child, 'exit')
      server.child.kill('SIGKILL')
      await gone
    },
    start: (from, args = []) => {
      const data = { disk: ['--appendonly', 'yes'], copy: ['--dbfilename', 'copy.rdb'] }
      server = begin([...data[from], ...args])
    },
    answers: (ms) => answersPing(server, port, ms),
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await redis.answers().catch(async (error: unknown) => {
    await redis.stop()
    throw error
  })
  return redis
}

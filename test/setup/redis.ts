import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { findOrInstall, type Machine } from './programs.js'
import { freePort, makeFolder, startServer, until, type Server } from './server.js'

/** A Redis to test against. */
export interface RedisServer {
  /** `redis://host:port`, or whatever TEST_REDIS_URL says. */
  readonly url: string
  /** Of the process, to freeze or kill it; absent for one named by TEST_REDIS_URL. */
  readonly pid?: number
  /** Ends the server and deletes its files; does nothing to one named by TEST_REDIS_URL. */
  readonly stop: () => Promise<void>
}

/** Where a Redis comes from. */
export const wantedRedis = {
  programs: ['valkey-server', 'redis-server'],
  debianPackage: 'redis-server',
  variable: 'TEST_REDIS_URL',
}

/**
 * A real Redis: the one TEST_REDIS_URL names, else a new and empty one on a free loopback port,
 * which keeps nothing on disk. Suites that need one call this in `beforeAll` and `stop` in `afterAll`.
 *
 * @param from `url`: TEST_REDIS_URL by default; `machine`: where to look for the program, this one
 *   by default; `args`: more of the server's own arguments, none by default
 * @throws Error with one line on what to install when there is none
 * @example const redis = await startRedis()
 */
export async function startRedis(
  from: { url?: string | undefined; machine?: Machine; args?: readonly string[] } = {
    url: process.env['TEST_REDIS_URL'],
  },
): Promise<RedisServer> {
  if (from.url !== undefined && from.url !== '') return { url: from.url, stop: async () => {} }
  const program = await findOrInstall(wantedRedis, from.machine)
  const folder = makeFolder('redis')
  const port = await freePort()
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  const volatile = ['--save', '', '--appendonly', 'no']
  const server = startServer(program, [...place, ...volatile, ...(from.args ?? [])])
  const stop = async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  await answersPing(server, port).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    url: `redis://127.0.0.1:${String(port)}`,
    stop,
    ...(server.child.pid && { pid: server.child.pid }),
  }
}

/** @throws Error when the server ends, or does not answer in time */
export async function answersPing({ child }: Server, port: number, ms = 20_000): Promise<void> {
  const answered = await until(ms, async () => {
    if (child.exitCode !== null) throw new Error('The Redis server ended before it answered')
    return (await ping('127.0.0.1', port)) === '+PONG'
  })
  if (!answered)
    throw new Error(`The Redis server did not answer a PING within ${String(ms / 1000)} s`)
}

/**
 * Sends PING over a bare socket.
 *
 * @returns the first line of the answer; undefined when nobody listens
 */
export function ping(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => socket.write('PING\r\n'))
    socket.setTimeout(1000, () => socket.destroy())
    socket.once('error', () => {
      resolve(undefined)
    })
    socket.once('data', (data) => {
      resolve(data.toString('latin1').split('\r\n')[0])
      socket.destroy()
    })
    socket.once('close', () => {
      resolve(undefined)
    })
  })
}

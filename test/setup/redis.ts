import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findOrInstall, type Machine } from './programs.js'

/** A Redis to test against. */
export interface RedisServer {
  /** `redis://host:port`, or whatever TEST_REDIS_URL says. */
  readonly url: string
  /** Ends the server and deletes its files; does nothing to one named by TEST_REDIS_URL. */
  readonly stop: () => Promise<void>
}

const wanted = {
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
  const program = await findOrInstall(wanted, from.machine)
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-redis-'))
  const port = await freePort()
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  const volatile = ['--save', '', '--appendonly', 'no']
  const child = spawn(program, [...place, ...volatile, ...(from.args ?? [])], { stdio: 'ignore' })
  // A run that ends early must not leave its server behind.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    process.removeListener('exit', kill)
    await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  await answersPing(child, port).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return { url: `redis://127.0.0.1:${String(port)}`, stop }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has an address with a port, never a pipe's name.
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function answersPing(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + 10_000
  while (Date.now() < deadline && child.exitCode === null) {
    if ((await ping('127.0.0.1', port)) === '+PONG') return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('The Redis server did not answer a PING within 10 s')
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

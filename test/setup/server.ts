import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server of ours in a process of its own. */
export interface Server {
  readonly child: ChildProcess
  /** Ends it, and waits until it is gone. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
}

/** Starts a server; a run that ends early does not leave it behind. */
export function startServer(
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Server {
  const child = spawn(program, args, { stdio: 'ignore', ...options })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  // Without a listener a program that is not there would end the run; whoever waits for an answer sees that none comes.
  child.on('error', () => undefined)
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    process.removeListener('exit', kill)
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    // One that was frozen takes its signals only when it goes on.
    child.kill('SIGCONT')
    await ended
  }
  return { child, stop }
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has an address with a port, never a pipe's name.
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A new folder for a server's files. */
export function makeFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `jotgate-${name}-`))
}

/** Asks again and again until the answer is yes; false when it was not within that many milliseconds. */
export async function until(ms: number, question: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + ms
  while (Date.now() < deadline) {
    if (await question()) return true
    await sleep(10)
  }
  return false
}

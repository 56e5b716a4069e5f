import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundledService } from '../../tools/setup/bundle-service.mjs'

/** A service process of its own, on a free loopback port. */
export interface RunningService {
  readonly origin: string
  readonly port: number
  readonly child: ChildProcess
  /** Everything it has printed so far, both streams. */
  output(): string
  /** Stops it by its own pid and waits until it is gone; the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** What {@link startService} takes. */
export interface StartOptions {
  readonly dataDir: string
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
  /** Arguments of the program. Default: a demo's {@link demoPassword}, and none with a configuration. */
  readonly args?: readonly string[]
  /** Path of another build's program. Default: this one's. */
  readonly program?: string
}

/** The password of alice in a demo that a test starts. */
export const demoPassword = 'secret'

/** Starts the built service (its bundle) and resolves when it answers; a demo with {@link demoPassword}. */
export async function startService(options: StartOptions): Promise<RunningService> {
  const port = options.port ?? (await freePort())
  const env = { PORT: String(port), DATA_DIR: options.dataDir, ...options.env }
  const usual = 'JOTGATE_CONFIG' in env ? [] : ['--demo-password', demoPassword]
  const child = spawnService(env, [...(options.args ?? usual)], options.program)
  const chunks: string[] = []
  child.stdout?.on('data', (data: Buffer) => chunks.push(data.toString()))
  child.stderr?.on('data', (data: Buffer) => chunks.push(data.toString()))
  const origin = `http://127.0.0.1:${String(port)}`
  await untilHealthy(origin, child, chunks)
  return {
    origin,
    port,
    child,
    output: () => chunks.join(''),
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const gone = once(child, 'exit')
      child.kill(signal)
      const [code] = (await gone) as [number | null]
      return code
    },
  }
}

/** Spawns the service's program with a clean environment of its own. */
export function spawnService(
  env: Readonly<Record<string, string>>,
  args: string[] = [],
  program = bundledService,
): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** Runs the program to its end. */
export async function runService(
  env: Readonly<Record<string, string>>,
  args: string[] = [],
  input = '',
): Promise<{ code: number | null; output: string }> {
  const child = spawnService(env, args)
  const chunks: string[] = []
  child.stdout?.on('data', (data: Buffer) => chunks.push(data.toString()))
  child.stderr?.on('data', (data: Buffer) => chunks.push(data.toString()))
  child.stdin?.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output: chunks.join('') }
}

/** A folder that is gone afterwards. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'jotgate-test-'))
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** Below the ports that systems give to `listen(0)` and to clients, so that no other server of a test takes it meanwhile. */
const [lowestPort, ports] = [20_000, 12_000]

/** A free port for a program that cannot listen on 0; two tests get the same one by chance alone. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = lowestPort + randomInt(ports)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
  throw new Error('no port is free')
}

async function untilHealthy(origin: string, child: ChildProcess, output: string[]): Promise<void> {
  const end = performance.now() + 90_000
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`the service stopped: ${output.join('')}`)
    const answer = await fetch(`${origin}/healthz`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the service did not come up: ${output.join('')}`)
}

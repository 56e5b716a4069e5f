import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, runService, startService, type RunningService } from '../running-service.js'
import { startBalancer, type Balancer } from './balancer.js'

/** Processes of the service behind a balancer. */
export interface Fleet {
  readonly balancer: Balancer
  /** Adds a user on the command line. */
  addUser(...args: string[]): Promise<void>
  /** Replaces one process after the other by SIGTERM, with its connections led elsewhere before. */
  roll(): Promise<void>
  /** Those that run at this moment. */
  running(): readonly RunningService[]
  outputs(): readonly string[]
  /** Of the processes that were replaced. */
  exitCodes(): readonly (number | null)[]
  stop(): Promise<void>
}

/** What a fleet is made from. */
export interface FleetParts {
  readonly folder: string
  readonly size: number
  readonly database: string
  readonly redis: string
  readonly password: string
  /** Further lines of the configuration. */
  readonly settings: readonly string[]
  /** Path of another release's program: every second process begins as it, and each replacement is the other of the two. */
  readonly other?: string | undefined
}

/** @example const fleet = await startFleet({ folder, size: 3, database: postgres.url, redis, password, settings: [] }) */
export async function startFleet(parts: FleetParts): Promise<Fleet> {
  const { folder, size, database, redis, password, settings, other } = parts
  const config = join(folder, 'jotgate.yaml')
  writeFileSync(
    config,
    [
      'issuer: https://auth.example',
      'audience: api',
      'hosts: [auth.example]',
      'database: ${DATABASE}',
      'redis: ${REDIS}',
      'encryptionKey: env:RING_KEY',
      'refreshSecret: env:REFRESH_SECRET',
      ...settings,
    ].join('\n'),
  )
  const env = {
    JOTGATE_CONFIG: config,
    DATABASE: database,
    REDIS: redis,
    LOG_LEVEL: 'warn',
    RING_KEY: randomBytes(32).toString('base64'),
    REFRESH_SECRET: randomBytes(48).toString('base64'),
  }
  const places = Array.from({ length: size }, (_, i) => join(folder, `data-${String(i)}`))
  const ports = await Promise.all(places.map(() => freePort()))
  const starts = places.map(() => 0)
  const startAt = (place: number): Promise<RunningService> => {
    const dataDir = places[place] ?? ''
    mkdirSync(dataDir, { recursive: true })
    const isOther = other !== undefined && (place + (starts[place] ?? 0)) % 2 === 1
    starts[place] = (starts[place] ?? 0) + 1
    const program = isOther ? { program: other } : {}
    return startService({ dataDir, port: ports[place] ?? 0, env, ...program })
  }
  // The first one makes the tables and the keys.
  const processes = [await startAt(0)]
  processes.push(...(await Promise.all(places.slice(1).map((_, i) => startAt(i + 1)))))
  const balancer = await startBalancer(ports)
  const ended: { readonly code: number | null; readonly output: string }[] = []
  return {
    balancer,
    addUser: async (...args) => {
      const { code, output } = await runService(
        { ...env, DATA_DIR: places[0] ?? '' },
        ['user', 'add', ...args],
        password,
      )
      if (code !== 0) throw new Error(`the user was not added: ${output}`)
    },
    roll: async () => {
      for (const [place, running] of processes.entries()) {
        balancer.remove(running.port)
        await sleep(200) // what was led there a moment ago has arrived
        const code = await running.stop()
        ended.push({ code, output: running.output() })
        const next = await startAt(place)
        await untilReady(next)
        processes[place] = next
        balancer.add(next.port)
      }
    },
    running: () => [...processes],
    outputs: () => [
      ...ended.map(({ output }) => output),
      ...processes.map((each) => each.output()),
    ],
    exitCodes: () => ended.map(({ code }) => code),
    stop: async () => {
      await balancer.close()
      await Promise.all(processes.map((each) => each.stop()))
    },
  }
}

async function untilReady({ origin }: RunningService): Promise<void> {
  for (let tries = 0; tries < 2000; tries++) {
    if ((await fetch(`${origin}/readyz`)).ok) return
    await sleep(50)
  }
  throw new Error('a new process did not get ready')
}

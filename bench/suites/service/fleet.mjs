import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { loadServers } from '../sessions/servers.mjs'
import { metricsToken } from './calling.mjs'

const main = fileURLToPath(new URL('../../../apps/auth-service/dist/main.js', import.meta.url))

/** The first user, an administrator. */
export const administrator = 'bench-0'

/**
 * Processes of the built service over one PostgreSQL. `refreshSecret` is what they tag refresh tokens with.
 *
 * @typedef {{ readonly database: string, readonly ports: readonly number[], readonly password: string,
 *   readonly refreshSecret: string, readonly stop: () => Promise<void> }} Fleet
 */

/**
 * Starts a PostgreSQL as the tests do, and that many processes of the service on it, with one administrator.
 *
 * @param {number} size
 * @returns {Promise<Fleet>}
 */
export async function startFleet(size) {
  const { startPostgres } = await loadServers()
  const postgres = await startPostgres()
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-bench-service-'))
  const password = randomBytes(18).toString('base64url')
  const env = { ...writeConfiguration(folder), DATABASE_URL: postgres.url }
  /** @type {Awaited<ReturnType<typeof startProcess>>[]} */
  const processes = []
  const stop = async () => {
    await Promise.all(processes.map((each) => each.stop()))
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await insist(() => addAdministrator({ ...env, DATA_DIR: join(folder, '0') }, password))
    for (let place = 0; place < size; place++)
      processes.push(
        await insist(() => startProcess({ ...env, DATA_DIR: join(folder, String(place)) })),
      )
  } catch (error) {
    await stop()
    throw error
  }
  const ports = processes.map(({ port }) => port)
  return { database: postgres.url, ports, password, refreshSecret: env.REFRESH_SECRET, stop }
}

/**
 * A machine that does too much at once lets a process that starts wait for its database for too long.
 *
 * @template T
 * @param {() => Promise<T>} start
 */
async function insist(start) {
  for (let tries = 0; tries < 4; tries++) {
    const started = await start().catch(() => undefined)
    if (started !== undefined) return started
  }
  return start()
}

/**
 * Limits out of the way, since all that asks comes from one address; and a short grace, within which no token is rotated again.
 *
 * @param {string} folder
 */
function writeConfiguration(folder) {
  const config = join(folder, 'jotgate.yaml')
  const lines = [
    'issuer: https://auth.example',
    'audience: api',
    'hosts: [auth.example]',
    'accessExpire: 1h',
    'grace: 1s',
    'encryptionKey: env:RING_KEY',
    'refreshSecret: env:REFRESH_SECRET',
    'metricsToken: env:METRICS_TOKEN',
    'loginLimits: { account: 100, address: 100000, service: 1000000 }',
  ]
  writeFileSync(config, lines.join('\n'))
  return {
    JOTGATE_CONFIG: config,
    LOG_LEVEL: 'silent',
    NODE_ENV: 'production',
    RING_KEY: randomBytes(32).toString('base64'),
    REFRESH_SECRET: randomBytes(48).toString('base64'),
    METRICS_TOKEN: metricsToken,
  }
}

/** @typedef {Readonly<Record<string, string>> & { readonly DATA_DIR: string }} ProcessEnv */

/** @param {ProcessEnv} env @param {string} password */
async function addAdministrator(env, password) {
  mkdirSync(env.DATA_DIR, { recursive: true })
  const child = spawnService(env, ['user', 'add', administrator, 'admin'])
  child.stdin.end(password)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error('the administrator was not added')
  return true
}

/** @param {ProcessEnv} env */
async function startProcess(env) {
  mkdirSync(env.DATA_DIR, { recursive: true })
  const port = await freePort()
  const child = spawnService({ ...env, PORT: String(port) }, [])
  const gone = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGTERM')
    await gone
  }
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error('a process of the service ended')
    const answer = await fetch(`http://127.0.0.1:${String(port)}/readyz`).catch(() => undefined)
    if (answer?.ok) return { port, stop }
    await sleep(50)
  }
  await stop()
  throw new Error('a process of the service did not get ready')
}

/** @param {ProcessEnv} env @param {readonly string[]} args */
function spawnService(env, args) {
  return spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return address !== null && typeof address === 'object' ? address.port : 0
}

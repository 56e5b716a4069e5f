import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect } from 'vitest'
import { amount } from '../../setup/amount.js'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'
import { until } from '../../setup/server.js'
import { startTcpProxy, type TcpProxy } from '../../setup/tcp-proxy.js'
import { testWithServices as test } from '../own-services.js'
import { freePort, runService, spawnService } from '../running-service.js'

let postgres: PostgresServer
let proxy: TcpProxy
beforeAll(async () => {
  postgres = await startPostgres({ url: process.env['TEST_DATABASE_URL'] })
  const { hostname: host, port } = new URL(postgres.url)
  proxy = await startTcpProxy({ host, port: Number(port) })
})
afterAll(async () => {
  await proxy.stop()
  await postgres.stop()
})

const secrets = {
  RING_KEY: randomBytes(32).toString('base64'),
  REFRESH_SECRET: randomBytes(48).toString('base64'),
}

/** A configuration in a folder, over a database at that port. */
function configured(folder: string, port: number, more = ''): Record<string, string> {
  const config = join(folder, 'jotgate.yaml')
  writeFileSync(
    config,
    'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\ndatabase: ${URL}\n' +
      `encryptionKey: env:RING_KEY\nrefreshSecret: env:REFRESH_SECRET\n${more}`,
  )
  const url = new URL(postgres.url)
  url.port = String(port)
  url.password = 'canary'
  return {
    JOTGATE_CONFIG: config,
    URL: url.href,
    ...secrets,
  }
}

/** How long the database is slow for a command that makes all tables: for all of it in the long run. */
const slowMs = amount({ short: 4000, full: 30_000 })

/** One round trip takes longer than the deadline of a request, for that time from the first bytes on. */
async function slowFor(ms: number): Promise<void> {
  const before = proxy.passed.toServer
  proxy.delay(140)
  await until(60_000, () => Promise.resolve(proxy.passed.toServer > before))
  await sleep(ms)
  proxy.delay(0)
}

test.concurrent(
  'tables are made, and a service started, though the database takes longer than a request may',
  async ({ folder, start }) => {
    const env = configured(folder(), proxy.port)
    const isOver = slowFor(slowMs)
    const added = await runService(
      { ...env, DATA_DIR: folder() },
      ['user', 'add', 'bob'],
      'a long and quiet river',
    )
    expect(added).toMatchObject({ code: 0, output: 'added bob\n' })
    await isOver
    const isOverAgain = slowFor(3000)
    await start({ dataDir: folder(), env })
    await isOverAgain
  },
)

test.concurrent(
  'a database that does not come is told by its field, and the program ends',
  async ({ folder }) => {
    const env = configured(folder(), await freePort(), 'startWithin: 1s\n')
    const { code, output } = await runService({ ...env, DATA_DIR: folder() })
    expect(code).toBe(1)
    expect(output).toMatch(
      /database \(DATABASE_URL\): .* did not answer within 1 s \(.*ECONNREFUSED/,
    )
    expect(output).not.toMatch(/canary|\n\s+at /)
  },
)

test.concurrent(
  'a Redis that does not come is told by its field, and the program ends, though its client goes on trying',
  async ({ folder }) => {
    // A file has no start to wait for: all of the time is left for Redis.
    const config = join(folder(), 'jotgate.yaml')
    const redis = `redis://:canary@127.0.0.1:${String(await freePort())}`
    writeFileSync(
      config,
      `issuer: https://auth.example\naudience: api\nhosts: [auth.example]\nstartWithin: 2s\nredis: ${redis}\n`,
    )
    const env = { JOTGATE_CONFIG: config }
    const { code, output } = await runService({ ...env, DATA_DIR: folder() })
    expect(code).toBe(1)
    expect(output).toMatch(/redis \(REDIS_URL\): Redis did not answer within 2 s/)
    expect(output).not.toMatch(/canary|\n\s+at /)
  },
)

// After the others, whose database it takes away.
test.runIf(process.env['TEST_DATABASE_URL'] === undefined)(
  'a database that comes up after the service is waited for, and the log says so',
  async ({ folder }) => {
    await postgres.shutDown?.()
    const port = String(await freePort())
    const env = configured(folder(), Number(new URL(postgres.url).port))
    const child = spawnService({ ...env, DATA_DIR: folder(), PORT: port })
    let output = ''
    child.stderr?.on('data', (data: Buffer) => (output += data.toString()))
    try {
      await expect.poll(() => output).toMatch(/waiting for the database at/)
      await postgres.startAgain?.()
      const answers = () => fetch(`http://127.0.0.1:${port}/healthz`).then(({ ok }) => ok)
      await expect.poll(() => answers().catch(() => false)).toBe(true)
      expect(output).not.toContain('canary')
    } finally {
      child.kill('SIGTERM')
    }
  },
)

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi, type TestContext } from 'vitest'
import {
  createRevocation,
  type Revocation,
  type RevocationStore,
} from '../../src/revocation/index.js'
import { postgresStores } from '../../src/stores/sql/postgres.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { issuer, verifiedToken } from '../revocation/tokens.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { freePort } from '../setup/server.js'
import { startRedis, type RedisServer } from '../setup/redis.js'
import { jotgate as typed, type Scene } from './terminal.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'jotgate-revoke-'))
let redis: RedisServer
let postgres: PostgresServer
beforeAll(async () => {
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
}, 60_000)
afterAll(async () => {
  await Promise.all([redis.stop(), postgres.stop()])
  rmSync(folder, { recursive: true })
})

/** Takes what is done after a test; a test that runs beside others has its own. */
type AtEnd = TestContext['onTestFinished']

const wall = () => Date.now() / 1000
const jotgate = (argv: readonly string[], scene: Scene = {}) =>
  typed(argv, { ...scene, io: { now: wall, ...scene.io } })
const claims = { sub: 'user-1', jti: 'token-1', sid: 'session-1', client_id: 'web' }

async function sqlite(file: string, atEnd: AtEnd): Promise<RevocationStore> {
  const client = await openSqlite(file)
  atEnd(() => {
    client.close()
  })
  return sqliteStores(client).revocations
}

/** A service that follows a store. */
async function follow(store: RevocationStore, atEnd: AtEnd): Promise<Revocation> {
  const revocation = createRevocation({ store, issuer, accessTtl: '15m', heartbeatEveryMs: 100 })
  atEnd(() => {
    revocation.close()
  })
  await revocation.start()
  return revocation
}

function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 20 })
}

const life = ['--access-ttl', '15m']

describe('jotgate revoke', () => {
  test.concurrent.for<[string, string[], string]>([
    ['a token', ['--jti', 'token-1', '--expires', String(Math.ceil(wall()) + 900)], 'jti'],
    ['a session', ['--sid', 'session-1', ...life], 'sid'],
    ['a subject', ['--subject', 'user-1', ...life], 'sub'],
    ['a client', ['--client', 'web', ...life], 'client'],
    ['everything', ['--all', ...life], 'all'],
  ])('jotgate revoke refuses %s at a service that runs', async ([, argv, kind], context) => {
    const file = join(folder, `${kind}.db`)
    const { onTestFinished: atEnd } = context
    const service = await follow(await sqlite(file, atEnd), atEnd)
    const token = await verifiedToken(claims, wall)
    expect(service.isRevoked(token)).toBe(false)
    const common = ['revoke', '--json', '--store', file, '--issuer', issuer]
    const { exitCode, stdout, stderr } = await jotgate([...common, ...argv])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, kind, issuer, firstOfIssuer: false })
    await eventually(() => {
      expect(service.isRevoked(token)).toBe(true)
    })
    const others = { sub: 'user-2', jti: 'token-2', sid: 'session-2', client_id: 'app' }
    const later = await verifiedToken({ ...others, iat: Math.floor(wall()) + 2 }, wall)
    expect(service.isRevoked(later)).toBe(false)
  })

  test('jotgate revoke keeps a token until its expiry and every clock tolerance, a session for an access token life', async ({
    onTestFinished,
  }) => {
    const file = join(folder, 'kept.db')
    const store = await sqlite(file, onTestFinished)
    const now = Math.floor(wall())
    const at = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '')
    const common = ['revoke', '--store', file, '--issuer', issuer]
    const io = { now: () => now + 0.9 }
    await jotgate([...common, '--jti', 'kept', '--expires', at(now + 7200)], { io })
    await jotgate([...common, '--sid', 'kept', '--access-ttl', '1h'], { io })
    await jotgate([...common, '--subject', 'kept', '--until', at(now - 60), ...life], { io })
    const names = (['jti', 'sid', 'sub'] as const).map((kind) => ({ kind, issuer, value: 'kept' }))
    expect(await store.find(names)).toEqual([
      expect.objectContaining({ kind: 'jti', expiresAt: now + 7200 + 360 }),
      expect.objectContaining({ kind: 'sid', expiresAt: now + 3600 + 360 }),
      expect.objectContaining({ kind: 'sub', before: now - 60, expiresAt: now + 900 + 360 }),
    ])
  })

  test('jotgate revoke warns once when no service has used the store for this issuer', async ({
    onTestFinished,
  }) => {
    const file = join(folder, 'warned.db')
    await sqlite(file, onTestFinished)
    const argv = ['revoke', '--store', file, '--issuer', 'https://other.example', '--all', ...life]
    const [first, second] = [await jotgate(argv), await jotgate(argv)]
    expect(first).toMatchObject({ exitCode: 0 })
    expect(first.stdout).toMatch(/^revoked: all tokens of the issuer, issued up to .*; kept until/)
    expect(first.stderr).toMatch(/^warning: no service has used this store for this issuer before/)
    expect(second).toMatchObject({ exitCode: 0, stderr: '' })
  })
})

describe('jotgate revoke as a separate program', () => {
  const execute = (argv: readonly string[], variables: Record<string, string>) =>
    new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
      const env = { ...process.env, ...variables }
      execFile(process.execPath, [main, ...argv], { env, timeout: 30_000 }, (error, out, err) => {
        const exitCode = error === null ? 0 : Number(error.code ?? -1)
        resolve({ exitCode, stdout: out, stderr: err })
      })
    })

  test.concurrent(
    'jotgate revoke as a program reaches a service over Redis, ends, and takes the address from the environment',
    async ({ onTestFinished }) => {
      const client = new Redis(redis.url)
      onTestFinished(() => {
        client.disconnect()
      })
      const prefix = `cli-${String(process.pid)}`
      const { revocations } = redisStores(client, { prefix, deadlineMs: 5000 })
      const service = await follow(revocations, onTestFinished)
      const token = await verifiedToken(claims, wall)
      const argv = ['revoke', '--store', 'env:WHERE', '--prefix', prefix, '--issuer', issuer]
      const run = await execute([...argv, '--sid', 'session-1', ...life], { WHERE: redis.url })
      expect(run).toMatchObject({ exitCode: 0, stderr: '' })
      await eventually(() => {
        expect(service.isRevoked(token)).toBe(true)
      })
      const alone = [...argv, '--sid', 's', ...life, '--min-replicas', '1']
      expect(await execute(alone, { WHERE: redis.url })).toMatchObject({
        exitCode: 1,
        stdout: '',
        stderr: expect.stringMatching(/^STORE_UNAVAILABLE: /) as string,
      })
    },
    60_000,
  )

  test.concurrent(
    'jotgate revoke as a program reaches a service over PostgreSQL, and ends',
    async ({ onTestFinished }) => {
      const pool = new Pool({ connectionString: postgres.url })
      const schema = `cli_${String(process.pid)}`
      const { revocations } = postgresStores(pool, { schema, deadlineMs: 5000 })
      onTestFinished(async () => {
        await pool.query(`DROP SCHEMA ${schema} CASCADE`)
        await pool.end()
      })
      const service = await follow(revocations, onTestFinished)
      const token = await verifiedToken(claims, wall)
      const argv = ['revoke', '--store', 'env:WHERE', '--schema', schema, '--issuer', issuer]
      const run = await execute([...argv, '--subject', 'user-1', ...life], { WHERE: postgres.url })
      expect(run).toMatchObject({ exitCode: 0, stderr: '' })
      await eventually(() => {
        expect(service.isRevoked(token)).toBe(true)
      })
    },
    60_000,
  )
})

describe('jotgate revoke refuses', () => {
  const redisUrl = 'redis://127.0.0.1:6379'
  const store = ['--store', redisUrl, '--issuer', 'hunter2']
  const sid = ['--sid', 'hunter2']
  test.each<[string, readonly string[], RegExp]>([
    ['no store', ['--issuer', 'hunter2', ...sid, ...life], /--store: is required$/],
    ['no issuer', ['--store', 'hunter2', ...sid, ...life], /--issuer: is required$/],
    ['nobody to refuse', [...store, ...life], /give one of --jti, --sid/],
    ['two at once', [...store, ...sid, '--all', ...life], /give one of --jti, --sid/],
    ['a token without its expiry', [...store, '--jti', 'hunter2'], /--expires: is required$/],
    ['a session without a life', [...store, ...sid], /--access-ttl: is required$/],
    [
      'a token that has expired',
      [...store, '--jti', 'x', '--expires', '1'],
      /--expires: the token/,
    ],
    ['a time that is none', [...store, '--all', ...life, '--until', 'hunter2'], /--until: must be/],
    [
      'a time far ahead',
      [...store, '--all', ...life, '--until', '4000000000'],
      /--until: must be a Unix time/,
    ],
    ['a life that is none', [...store, ...sid, '--access-ttl', 'hunter2'], /--access-ttl/],
    ['a cut-off of a session', [...store, ...sid, ...life, '--until', '1'], /--until: is for/],
    ['a name too long', [...store, '--sid', 'hunter2'.repeat(200), ...life], /--sid must be text/],
    [
      'an unknown scheme',
      ['--store', 'http://hunter2', '--issuer', 'i', ...sid, ...life],
      /must be/,
    ],
    [
      'a password that others can see',
      ['--store', 'redis://:hunter2@127.0.0.1', '--issuer', 'i', ...sid, ...life],
      /--store: contains a password, which others can see/,
    ],
    [
      'a file that is not there',
      ['--store', 'hunter2.db', '--issuer', 'i', ...sid, ...life],
      /--store: no such file$/,
    ],
    ['an empty variable', ['--store', 'env:X', '--issuer', 'i', ...sid, ...life], /is empty$/],
    [
      'an option of another store',
      ['--store', 'hunter2.db', '--prefix', 'p', '--issuer', 'i', ...sid, ...life],
      /--prefix: is for Redis only$/,
    ],
  ])(
    'jotgate revoke refuses %s, with one line, exit code 2 and no word of what was given',
    async (_, argv, line) => {
      const { exitCode, stdout, stderr } = await jotgate(['revoke', ...argv])
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
      expect(stderr).toMatch(/^jotgate: .+\n$/)
      expect(stderr.trimEnd()).toMatch(line)
      expect(stderr).not.toContain('hunter2')
    },
  )

  test.each(['redis', 'postgres'])(
    'jotgate revoke fails at a %s that does not answer with exit code 1',
    async (scheme) => {
      const address = `${scheme}://user:hunter2@127.0.0.1:${String(await freePort())}/0`
      const argv = ['revoke', '--store', '-', '--issuer', issuer, ...sid, ...life]
      const { exitCode, stdout, stderr } = await jotgate(argv, { stdin: `${address}\n` })
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
      expect(stderr).toMatch(/^STORE_UNAVAILABLE: --store: (Redis|PostgreSQL) does not answer\n$/)
    },
  )

  test('jotgate revoke refuses a Redis that evicts, which would forget it', async ({
    onTestFinished,
  }) => {
    const evicting = await startRedis({
      url: undefined,
      args: ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'],
    })
    onTestFinished(evicting.stop)
    const argv = ['revoke', '--store', evicting.url, '--issuer', issuer, ...sid, ...life]
    const { exitCode, stdout, stderr } = await jotgate(argv)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/maxmemory-policy/)
  })
})

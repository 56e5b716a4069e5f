import { randomBytes, scryptSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hash as argon2 } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSqlite, sqliteDatabase } from 'jotgate/stores/sqlite'
import { importUsers } from '../../../apps/auth-service/src/users/import-users.js'
import { createSqlUsers } from '../../../apps/auth-service/src/users/sql-users.js'
import { callerOf } from '../admin/calling.js'
import type { Pair } from '../pair.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'

const folder = temporaryFolder()
const password = 'eleven herons over a weir'
let service: RunningService
const { call, login, profileStatus, refreshStatus } = callerOf(() => service)
const run = (args: string, input = '') =>
  runService(
    // With the environment of the service: its issuer, whose tokens are refused, has the port in it.
    { DATA_DIR: folder.path, PORT: String(service.port), LOG_LEVEL: 'silent' },
    ['user', ...args.split(' ')],
    input,
  )
const loginStatus = async (username: string, secret: string) =>
  (await call('POST /user/login', undefined, { username, password: secret })).status
const statusesOf = async (pair: Pair) => [await profileStatus(pair), await refreshStatus(pair)]

beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
  expect(await run('add bob orders:read', password)).toEqual({ code: 0, output: 'added bob\n' })
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

test('a user who is disabled beside the running service is out of it at once', async () => {
  const pair = await login('bob', password)
  expect(await run('disable bob')).toEqual({ code: 0, output: 'bob is disabled\n' })
  await expect.poll(() => statusesOf(pair)).toEqual([401, 401])
  expect(await loginStatus('bob', password)).toBe(401)
  await run('enable bob')
  expect(await statusesOf(pair)).toEqual([401, 401])
  expect(await loginStatus('bob', password)).toBe(200)
})

test('roles and a password are given; what was before is no longer good', async () => {
  const pair = await login('bob', password)
  const roles = await run('roles bob admin audit')
  expect(roles.output).toBe('bob has admin, audit\n')
  await expect.poll(() => statusesOf(pair)).toEqual([401, 401])
  const fresh = 'twelve herons over a weir'
  expect((await run('password bob', 'short')).output).toMatch(/15 characters/)
  expect((await run('password bob', `${fresh}\n`)).code).toBe(0)
  expect([await loginStatus('bob', password), await loginStatus('bob', fresh)]).toEqual([401, 200])
  const listed = (await run('list --json')).output.trim().split('\n')
  expect(listed.map((line) => JSON.parse(line) as unknown)).toContainEqual(
    expect.objectContaining({ username: 'bob', roles: ['admin', 'audit'], disabled: false }),
  )
  expect((await run('list')).output).toContain('bob admin audit\n')
})

test('what cannot be done says why, and what is no command prints the usage', async () => {
  const nobody = ['disable nobody', 'disable alice'].map(async (args) => {
    const { code, output } = await run(args)
    expect([args, code, output]).toEqual([args, 1, expect.stringContaining('no such user')])
  })
  await Promise.all(nobody)
  expect((await run('roles bob NotARole')).output).toMatch(/a role must be/)
  const noCommands = [
    'disable',
    'list bob',
    'enable bob carol',
    'frobnicate bob',
    'disable --all bob',
  ]
  const codes = await Promise.all(noCommands.map(async (args) => [args, (await run(args)).code]))
  for (const [args, code] of codes) expect([args, code]).not.toEqual([args, 0])
})

async function hashesOf(usernames: readonly string[]): Promise<string[]> {
  const db = await openSqlite(join(folder.path, 'jotgate.db'))
  const users = await createSqlUsers(sqliteDatabase(db))
  const found = await Promise.all(usernames.map((username) => users.byUsername(username)))
  db.close()
  return found.map((user) => user?.passwordHash ?? '')
}

const scryptHash = (secret: string, exponent = 14): string => {
  const salt = randomBytes(16)
  const derived = scryptSync(secret, salt, 32, { N: 2 ** exponent, r: 8, p: 1, maxmem: 2 ** 28 })
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `$scrypt$ln=${String(exponent)},r=8,p=1$${text(salt)}$${text(derived)}`
}

test('users come with the hashes they have elsewhere, which a login renews', async () => {
  const secrets = { amy: 'short 1', ben: 'short 2', cal: 'short 3', dan: 'short 4' }
  const hashes = {
    amy: await bcrypt(secrets.amy, { cost: 5 }),
    ben: scryptHash(secrets.ben),
    cal: await argon2(secrets.cal, { memoryCost: 4096, timeCost: 1, parallelism: 1 }),
    dan: await argon2(secrets.dan, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
  }
  const lines = Object.entries(hashes).map(([username, passwordHash]) =>
    JSON.stringify({ username, passwordHash, roles: ['moved'] }),
  )
  const file = join(folder.path, 'users.jsonl')
  writeFileSync(file, `${lines.join('\n')}\n`)
  expect((await run(`import ${file}`)).output).toBe('added 4, left 0 existing ones unchanged\n')
  expect((await run('import -', lines.join('\n'))).output).toBe(
    'added 0, left 4 existing ones unchanged\n',
  )
  for (const [username, secret] of Object.entries(secrets)) {
    expect([username, await loginStatus(username, `${secret}x`)]).toEqual([username, 401])
    // Twice: by the hash that came, and by the one that took its place.
    for (let i = 0; i < 2; i++)
      expect([username, await loginStatus(username, secret)]).toEqual([username, 200])
  }
  for (const hash of await hashesOf(Object.keys(secrets)))
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
})

test.each([
  ['no JSON', 'line 1: the line'],
  ['{"username":"x y","passwordHash":"$2b$05$abc"}', 'line 1: a username must be'],
  ['{"username":"x"}', 'line 1: passwordHash'],
  [
    '{"username":"x","passwordHash":"$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g"}',
    'too expensive',
  ],
  [
    '{"username":"x","passwordHash":"$scrypt$ln=30,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g"}',
    'too expensive',
  ],
  [`{"username":"x","passwordHash":"$2b$31$${'a'.repeat(53)}"}`, 'too expensive'],
  [
    '{"username":"x","passwordHash":"$scrypt$ln=16,r=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g"}',
    'is unknown',
  ],
  [
    '{"username":"x","passwordHash":"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0x$aGFzaGhhc2hoYXNoaGFzaGhhc2g"}',
    'is unknown',
  ],
  [
    '{"username":"x","passwordHash":"$argon2id$v=19$m=064,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g"}',
    'is unknown',
  ],
  [
    JSON.stringify({
      username: 'x',
      passwordHash: `$2b$05$${'.'.repeat(53)}`,
      displayName: 'a\0b',
    }),
    'displayName: must hold no control characters',
  ],
  [
    JSON.stringify({
      username: 'x',
      passwordHash: `$2b$05$${'.'.repeat(53)}`,
      email: 'x\ud800@a.b',
    }),
    'email: must hold no control characters',
  ],
  ['{"username":"x","passwordHash":"md5:5f4dcc3b5aa765d61d8327deb882cf99"}', 'is unknown'],
])('an import of %j adds nothing', async (line, message) => {
  const users = await createSqlUsers(sqliteDatabase(await openSqlite(':memory:')))
  const good = JSON.stringify({ username: 'good', passwordHash: await bcrypt('x', { cost: 4 }) })
  const error: unknown = await importUsers(users, `${line}\n${good}`).catch(
    (thrown: unknown) => thrown,
  )
  expect(String(error)).toContain(message)
  expect(String(error)).not.toMatch(/5f4dcc|c2FsdH|aaaa/)
  expect(await users.list({ limit: 10 })).toEqual([])
})

import { hashSync } from '@node-rs/bcrypt'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type PostgresServer } from '../../../setup/postgres.js'
import {
  freePort,
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../../running-service.js'
import { ask, claimsOf, codeOf, enrol, login, tokenOf } from '../second-factor/codes.js'
import { json, startUsersServer, type Answering, type UsersServer } from './users-server.js'

const folder = temporaryFolder()
const schema = `crm_${String(process.pid)}`
let postgres: PostgresServer
let pool: pg.Pool
let server: UsersServer

beforeAll(async () => {
  postgres = await startPostgres()
  pool = new pg.Pool({ connectionString: postgres.url })
  await pool.query(`CREATE SCHEMA ${schema}`)
  await pool.query(`CREATE TABLE ${schema}.people (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), email TEXT,
    password_hash TEXT, roles TEXT, disabled_at TIMESTAMPTZ)`)
  for (const [name, roles] of [
    ['bob', 'editor'],
    ['root', 'admin,editor'],
    ['eve', ''],
  ])
    await pool.query(
      `INSERT INTO ${schema}.people (email, password_hash, roles) VALUES ($1, $2, $3)`,
      [`${name ?? ''}@shop.example`, hashSync(password, { cost: 4 }), roles],
    )
  server = await startUsersServer(good)
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
  await postgres.stop()
  await server.stop()
  folder.remove()
})

const password = 'quiet river'
const endpointSecret = randomBytes(32).toString('base64url')
const env = {
  USERS_URL: '',
  USERS_SECRET: endpointSecret,
  LOG_LEVEL: 'info',
}

/** Users of the endpoint: everyone in this set, with the same password. */
const live = new Set(['bob', 'root'])
const good: Answering = json(({ path, body }) => {
  const { name, id, password: sent } = body as Record<string, unknown> // what the service has sent
  const found = path === '/find' ? name : id
  if (path === '/check-password') return { right: sent === password }
  if (typeof found !== 'string' || !live.has(found)) return { user: null }
  return { user: { id: found, username: found, roles: found === 'root' ? ['admin'] : ['editor'] } }
})

const least = 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n'

const tableOf = (more = '') =>
  `users:\n  table:\n    database: \${USERS_URL}\n    name: ${schema}.people\n    id: id\n    username: email\n` +
  `    passwordHash: password_hash\n    roles: roles\n    roleSeparator: ','\n    disabled: disabled_at\n` +
  `    caseInsensitive: true\n${more}`

function settings(yaml: string) {
  const config = join(folder.path, `${randomBytes(6).toString('hex')}.yaml`)
  writeFileSync(config, least + yaml)
  return { ...env, USERS_URL: postgres.url, JOTGATE_CONFIG: config }
}

async function start(yaml: string): Promise<RunningService> {
  const dataDir = join(folder.path, randomBytes(6).toString('hex'))
  return startService({ dataDir, env: settings(yaml) })
}

async function run(yaml: string, args: string[] = []) {
  const DATA_DIR = join(folder.path, randomBytes(6).toString('hex'))
  return runService({ ...settings(yaml), DATA_DIR, PORT: String(await freePort()) }, args)
}

const refresh = (origin: string, body: Readonly<Record<string, unknown>>) =>
  ask(origin, 'POST', '/user/refresh', { body: { refreshToken: body['refreshToken'] } })

const elsewhere = {
  status: 409,
  body: { detail: 'the users of this service are kept elsewhere: change them there' },
}

describe('a service whose users are in a table of another program', () => {
  let service: RunningService
  beforeAll(async () => {
    const links = 'links:\n  signUp: https://shop.example/join\n'
    service = await start(tableOf() + links)
  })
  afterAll(() => service.stop())
  const root = { username: 'root@shop.example', password }

  test('users of a table log in with the hashes they have, and with the roles of the table', async () => {
    const token = await tokenOf(login(service.origin, { ...root, username: 'ROOT@shop.example' }))
    expect(claimsOf(token)).toMatchObject({ roles: ['admin', 'editor'] })
    for (const wrong of [
      { ...root, password: 'x' },
      { ...root, username: 'carol@shop.example' },
    ])
      expect(await login(service.origin, wrong)).toMatchObject({ status: 401 })
    const { rows } = await pool.query<{ hash: string }>(
      `SELECT password_hash AS hash FROM ${schema}.people WHERE email = 'root@shop.example'`,
    )
    expect(rows[0]?.hash).toMatch(/^\$2/)
  })

  test('a user who is disabled in the table can no longer refresh', async () => {
    const { status, body } = await login(service.origin, { username: 'eve@shop.example', password })
    expect(status).toBe(200)
    const next = await refresh(service.origin, body)
    expect(next.status).toBe(200)
    const disable = (at: string) =>
      pool.query(`UPDATE ${schema}.people SET disabled_at = ${at} WHERE email = 'eve@shop.example'`)
    await disable('now()')
    expect((await refresh(service.origin, next.body)).status).toBe(401)
    expect((await login(service.origin, { username: 'eve@shop.example', password })).status).toBe(
      401,
    )
    await disable('NULL')
    // The session has ended for good.
    expect((await refresh(service.origin, next.body)).status).toBe(401)
  })

  test('what would change users of a table is refused, and their sessions can be ended', async () => {
    const { origin } = service
    const token = await tokenOf(login(origin, root))
    const call = (method: string, path: string, body?: unknown) =>
      ask(origin, method, path, { token, ...(body === undefined ? {} : { body }) })
    const { id } = (await call('GET', '/user/profile')).body
    const path = `/admin/users/${String(id)}`
    const newPassword = 'eleven brown owls on a roof'
    for (const [method, at, body] of [
      ['POST', '/admin/users', { username: 'new', password: newPassword }],
      ['PUT', path, { roles: [] }],
      ['PUT', `${path}/password`, { newPassword }],
      ['PUT', '/user/password', { currentPassword: password, newPassword }],
      ['PUT', '/user/profile', { displayName: 'Root' }],
    ] as const)
      expect([at, await call(method, at, body)]).toMatchObject([at, elsewhere])
    const found = await call('GET', '/admin/users?search=bob@shop.example')
    expect(found.body).toMatchObject({ users: [{ username: 'bob@shop.example' }] })
    expect((await call('GET', '/admin/users')).body).toEqual({ users: [] })
    expect((await call('GET', path)).body).toMatchObject({ username: root.username })
    expect((await call('DELETE', `${path}/sessions`)).status).toBe(200)
    expect((await call('GET', '/user/profile')).status).toBe(401)
  })

  test('a user of a table has a second factor of the service', async () => {
    const bob = { username: 'bob@shop.example', password }
    const { secret } = await enrol(service.origin, bob)
    expect((await login(service.origin, bob)).body['reason']).toBe('second_factor_required')
    expect((await login(service.origin, bob, codeOf(secret, 1))).status).toBe(200)
  })

  test('pages learn what to show beside a login, without a token', async () => {
    const { body } = await ask(service.origin, 'GET', '/user/login-options')
    expect(body).toEqual({ signUp: 'https://shop.example/join', usersElsewhere: true })
  })
})

test('a service does not start where its table has not the columns that the configuration names', async () => {
  const { code, output } = await run(tableOf('    email: mail\n'))
  expect(code).toBe(1)
  expect(output).toContain(`users.table.email: the table ${schema}.people has no column mail`)
})

test('the command for users is refused where they are kept elsewhere', async () => {
  const { code, output } = await run(tableOf(), ['user', 'list'])
  expect(code).toBe(1)
  expect(output).toContain(`users are kept in the table ${schema}.people of the database at `)
})

test('check-config says where users are, and what is wrong with it', async () => {
  const { code, output } = await run(tableOf(), ['check-config'])
  expect(code).toBe(0)
  expect(output).toContain(`users: are kept in the table ${schema}.people of the database at `)
  const wrong: Readonly<Record<string, string>> = {
    [tableOf('    enabled: active\n')]: 'users.table.enabled: is given beside disabled',
    [tableOf('    email: "e mail"\n')]: 'users.table.email: must be the name of a column',
    'users: {}\n': 'users: must have either table or endpoint',
    'users:\n  endpoint: { url: "http://crm.example", secret: env:USERS_SECRET }\n':
      'users.endpoint.url: must be https',
    'users:\n  endpoint: { url: "https://10.0.0.1", secret: env:USERS_SECRET }\n':
      'users.endpoint.url: is an address that is not public',
    'users:\n  endpoint: { url: "https://crm.example", secret: env:LOG_LEVEL }\n':
      'users.endpoint.secret: must be 32 characters or more',
    'users:\n  endpoint: { url: "https://crm.example", secret: env:USERS_SECRET, timeout: 1m }\n':
      'users.endpoint.timeout: must be a duration of at most 10 s',
    'links: { signUp: "javascript:alert(1)" }\n': 'links.signUp: must be an https URL',
    'links: { signIn: "https://shop.example" }\n': 'links',
    'secondFactor: all\n': 'secondFactor',
  }
  for (const [yaml, fault] of Object.entries(wrong)) {
    const found = await run(yaml, ['check-config'])
    expect([found.code, found.output]).toEqual([1, expect.stringContaining(fault)])
    expect(found.output).not.toContain(endpointSecret)
  }
})

describe('a service whose users are behind an endpoint', () => {
  let service: RunningService
  beforeAll(async () => {
    const endpoint = `url: ${server.url}, secret: env:USERS_SECRET, reach: loopback, timeout: 1`
    service = await start(`users:\n  endpoint: { ${endpoint} }\n`)
  })
  afterAll(() => service.stop())
  const bob = { username: 'bob', password }

  test('users of an endpoint log in, refresh, and are gone when the endpoint has them no more', async () => {
    const { status, body } = await login(service.origin, bob)
    expect(status).toBe(200)
    expect(claimsOf(String(body['accessToken']))).toMatchObject({ sub: 'bob', roles: ['editor'] })
    expect((await login(service.origin, { ...bob, password: 'x' })).status).toBe(401)
    expect((await login(service.origin, { ...bob, username: 'carol' })).status).toBe(401)
    const next = await refresh(service.origin, body)
    expect(next.status).toBe(200)
    live.delete('bob')
    expect((await refresh(service.origin, next.body)).status).toBe(401)
    live.add('bob')
    expect(
      server.seen.every(({ authorization }) => authorization === `Bearer ${endpointSecret}`),
    ).toBe(true)
  })

  test.each<[string, Answering]>([
    ['answers nothing', () => undefined],
    ['answers with a fault', (_, response) => response.writeHead(500).end()],
    ['answers what is no user', json(() => ({ user: { id: 7 }, right: 'yes' }))],
    ['redirects', (_, response) => response.writeHead(307, { location: '/other' }).end()],
  ])(
    'while an endpoint %s there is no login and no refresh, and sessions go on after it',
    async (_, answering) => {
      const { body } = await login(service.origin, bob)
      server.answer(answering)
      expect((await login(service.origin, bob)).status).toBe(503)
      expect((await refresh(service.origin, body)).status).toBe(503)
      server.answer(good)
      expect((await refresh(service.origin, body)).status).toBe(200)
      expect(service.output()).toContain('the endpoint at 127.0.0.1')
      expect(service.output()).not.toContain(endpointSecret)
    },
  )
})

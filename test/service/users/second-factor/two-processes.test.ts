import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type PostgresServer } from '../../../setup/postgres.js'
import { temporaryFolder } from '../../running-service.js'
import { startTwo, type TwoProcesses } from '../../two-processes.js'
import { ask, claimsOf, codeOf, enrol, login, tokenOf, wrongCodeOf, type Person } from './codes.js'

const folders: { remove(): void }[] = []
function folder(): string {
  const made = temporaryFolder()
  folders.push(made)
  return made.path
}

const admin = { username: 'root', password: 'a long and quiet river' }
const password = 'nine quiet herons in the reeds'

let postgres: PostgresServer
let two: TwoProcesses
let adminToken: string
beforeAll(async () => {
  postgres = await startPostgres()
  const user = { args: [admin.username, 'admin'], password: admin.password }
  two = await startTwo({ database: postgres.url, folder, user })
  adminToken = await tokenOf(login(two.a.origin, admin))
})
afterAll(async () => {
  for (const service of [two.a, two.b]) await service.stop()
  await postgres.stop()
  for (const made of folders) made.remove()
})

/** Adds a user by the first process. */
async function add(username: string): Promise<Person & { readonly id: string }> {
  const body = { username, password }
  const answer = await ask(two.a.origin, 'POST', '/admin/users', { token: adminToken, body })
  expect(answer.status).toBe(200)
  return { ...body, id: String(answer.body['id']) }
}

test('a login with a second factor needs its code, which only the right password asks for', async () => {
  const { a, b } = two
  const bob = await add('bob')
  const other = await tokenOf(login(b.origin, bob))
  const { token, secret } = await enrol(a.origin, bob)
  const asked = await login(b.origin, bob)
  expect(asked).toMatchObject({ status: 401, body: { reason: 'second_factor_required' } })
  const guess = { ...bob, password: 'wrong' }
  for (const code of [undefined, codeOf(secret, 1)])
    expect(await login(b.origin, guess, code)).toMatchObject({
      status: 401,
      body: { reason: 'invalid_grant' },
    })
  const given = await tokenOf(login(b.origin, bob, codeOf(secret, 1)))
  expect(claimsOf(given)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] })
  // The session that set it up goes on, and the others have ended.
  const profile = (own: string) => ask(a.origin, 'GET', '/user/profile', { token: own })
  expect(await profile(token)).toMatchObject({ status: 200, body: { secondFactor: 'active' } })
  expect((await profile(other)).status).toBe(401)
})

test('of two logins at once with one code, in two processes, one succeeds', async () => {
  const { a, b } = two
  const carol = await add('carol')
  const { secret } = await enrol(a.origin, carol)
  const code = codeOf(secret, 1)
  const atOnce = [a, b, a, b].map(({ origin }) => login(origin, carol, code))
  const statuses = (await Promise.all(atOnce)).map(({ status }) => status)
  expect(statuses.sort()).toEqual([200, 401, 401, 401])
  expect((await login(b.origin, carol, code)).status).toBe(401)
  expect((await login(a.origin, carol, codeOf(secret))).status).toBe(401)
})

test('wrong codes and wrong passwords together lock an account, for right ones too', async () => {
  const { a, b } = two
  const dave = await add('dave')
  const { secret, codes } = await enrol(a.origin, dave)
  const code = wrongCodeOf(secret)
  // Five of each account are allowed in a row; a login without a code takes none of them back.
  for (let i = 0; i < 3; i++) {
    expect((await login(a.origin, dave, code)).body['reason']).toBe('invalid_grant')
    expect((await login(b.origin, dave)).body['reason']).toBe('second_factor_required')
    expect((await login(b.origin, { ...dave, password: 'wrong' })).status).toBe(401)
  }
  for (const right of [undefined, codeOf(secret, 1), codes[0]])
    expect(await login(b.origin, dave, right)).toMatchObject({
      status: 401,
      body: { reason: 'invalid_grant' },
    })
})

test('a recovery code logs in once, and the second factor is there as before', async () => {
  const { a, b } = two
  const erin = await add('erin')
  const { token, secret, codes } = await enrol(a.origin, erin)
  const [first = '', second = ''] = codes
  const given = await tokenOf(login(b.origin, erin, first.toLowerCase()))
  expect(claimsOf(given)).toMatchObject({ amr: ['pwd', 'mfa'] })
  expect((await login(a.origin, erin, first)).status).toBe(401)
  const atOnce = [a, b].map(({ origin }) => login(origin, erin, second))
  expect((await Promise.all(atOnce)).map(({ status }) => status).sort()).toEqual([200, 401])
  expect((await ask(a.origin, 'GET', '/user/second-factor', { token })).body).toEqual({
    active: true,
    recoveryCodes: 8,
  })
  expect((await login(a.origin, erin, codeOf(secret, 1))).status).toBe(200)
})

test('what asks for the password again asks for the code too', async () => {
  const { a } = two
  const frank = await add('frank')
  const { token, secret, codes } = await enrol(a.origin, frank)
  const confirm = (body: object) => ask(a.origin, 'POST', '/user/confirm', { token, body })
  const missing = { status: 403, body: { reason: 'second_factor_required' } }
  expect(await confirm({ password })).toMatchObject(missing)
  expect((await confirm({ password, code: wrongCodeOf(secret) })).status).toBe(403)
  const confirmed = await confirm({ password, code: codeOf(secret, 1) })
  expect(claimsOf(String(confirmed.body['accessToken']))).toMatchObject({
    amr: ['pwd', 'otp', 'mfa'],
  })
  const newPassword = 'eleven brown owls on a roof'
  const change = (code?: string) =>
    ask(a.origin, 'PUT', '/user/password', {
      token,
      body: { currentPassword: password, newPassword, ...(code === undefined ? {} : { code }) },
    })
  expect(await change()).toMatchObject(missing)
  expect((await change(codes[0])).status).toBeLessThan(300)
  const remove = (body: object) =>
    ask(a.origin, 'POST', '/user/second-factor/remove', { token, body })
  expect((await remove({ password: newPassword, code: codes[0] })).status).toBe(403)
  expect((await remove({ password: newPassword, code: codes[1] })).status).toBeLessThan(300)
  expect((await remove({ password: newPassword, code: codes[2] })).status).toBe(404)
  expect((await login(a.origin, { ...frank, password: newPassword })).status).toBe(200)
})

test('an administrator removes a lost second factor, and the log says so', async () => {
  const { a, b } = two
  const grace = await add('grace')
  await enrol(b.origin, grace)
  const path = `/admin/users/${grace.id}/second-factor`
  const remove = () => ask(a.origin, 'DELETE', path, { token: adminToken })
  expect((await remove()).status).toBeLessThan(300)
  expect((await remove()).status).toBe(404)
  expect((await login(b.origin, grace)).status).toBe(200)
  await expect.poll(() => a.output()).toContain('user.second-factor-removed')
})

test('a second factor is set up with the password, and once', async () => {
  const { a } = two
  const heidi = await add('heidi')
  const token = await tokenOf(login(a.origin, heidi))
  const begin = (sent: string) =>
    ask(a.origin, 'POST', '/user/second-factor', { token, body: { password: sent } })
  expect((await begin('wrong')).status).toBe(403)
  const { body } = await begin(password)
  const confirm = (code: string) =>
    ask(a.origin, 'POST', '/user/second-factor/confirm', { token, body: { code } })
  expect((await confirm(wrongCodeOf(String(body['secret'])))).status).toBe(403)
  expect((await login(a.origin, heidi)).status).toBe(200)
  expect((await confirm(codeOf(String(body['secret'])))).status).toBe(200)
  expect((await begin(password)).status).toBe(409)
})

test('wrong codes of a set-up count like wrong passwords, in both processes together', async () => {
  const { a, b } = two
  const judy = await add('judy')
  const token = await tokenOf(login(a.origin, judy))
  const path = '/user/second-factor'
  const { body } = await ask(a.origin, 'POST', path, { token, body: { password } })
  const secret = String(body['secret'])
  const confirm = (origin: string, code: string) =>
    ask(origin, 'POST', `${path}/confirm`, { token, body: { code } })
  for (const { origin } of [a, b, a, b, a, b])
    expect((await confirm(origin, wrongCodeOf(secret))).status).toBe(403)
  expect(await confirm(a.origin, codeOf(secret))).toMatchObject({ status: 403 })
  expect(await login(b.origin, judy)).toMatchObject({
    status: 401,
    body: { reason: 'invalid_grant' },
  })
})

test('a right code of a set-up without the password takes back no wrong passwords', async () => {
  const { a } = two
  const kate = await add('kate')
  const token = await tokenOf(login(a.origin, kate))
  const path = '/user/second-factor'
  const { body } = await ask(a.origin, 'POST', path, { token, body: { password } })
  const wrong = () => login(a.origin, { ...kate, password: 'wrong' })
  for (let i = 0; i < 4; i++) expect((await wrong()).status).toBe(401)
  const code = codeOf(String(body['secret']))
  const confirmed = await ask(a.origin, 'POST', `${path}/confirm`, { token, body: { code } })
  expect(confirmed.status).toBe(200)
  for (let i = 0; i < 2; i++) expect((await wrong()).status).toBe(401)
  const codes = confirmed.body['recoveryCodes']
  const [first = ''] = Array.isArray(codes) ? codes.map(String) : []
  expect((await login(a.origin, kate, first)).status).toBe(401)
})

test('no secret of a second factor is in a dump of the database', async () => {
  const ivan = await add('ivan')
  const { secret, codes } = await enrol(two.a.origin, ivan)
  const pool = new pg.Pool({ connectionString: postgres.url })
  const tables = await pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  )
  expect(tables.rows.map(({ name }) => name)).toContain('service_second_factors')
  const dumps = await Promise.all(
    tables.rows.map(async ({ name }) => JSON.stringify((await pool.query(`TABLE "${name}"`)).rows)),
  )
  await pool.end()
  const dump = dumps.join('\n')
  expect(dump).toContain(ivan.id)
  for (const hidden of [secret, ...codes]) expect(dump).not.toContain(hidden)
})

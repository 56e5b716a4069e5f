import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPair, type Pair } from '../pair.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'
import { callerOf } from './calling.js'

const folder = temporaryFolder()
const password = 'eleven herons over a weir'
let service: RunningService
let admin: Pair

const { call, login, profileStatus, refreshStatus } = callerOf(() => service)
const asAdmin = (operation: string, body?: unknown) => call(operation, admin.accessToken, body)
const idOf = async (username: string) => {
  const { users } = (await asAdmin(`GET /admin/users?search=${username}`)).body
  return (users as { id: string }[])[0]?.id ?? ''
}
const rolesOf = ({ accessToken }: Pair) => {
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()
  return (JSON.parse(payload) as Record<string, unknown>)['roles']
}

beforeAll(async () => {
  await runService({ DATA_DIR: folder.path }, ['user', 'add', 'root', 'admin'], password)
  service = await startService({ dataDir: folder.path })
  admin = await login('root', password)
  for (const username of ['bob', 'erin']) {
    const { status } = await asAdmin('POST /admin/users', { username, password })
    expect([username, status]).toEqual([username, 200])
  }
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

test('a role that is added refreshes the tokens of every device, and logs none out', async () => {
  const devices = [await login('erin', password), await login('erin', password)]
  const id = await idOf('erin')
  const add = () => asAdmin(`PUT /admin/users/${id}`, { roles: ['auditor'], disabled: false })
  const statuses = () => Promise.all(devices.map(profileStatus))
  expect(await statuses()).toEqual([200, 200])
  // Refused are the tokens issued until a second before the change.
  const afterAdding = async () => {
    expect((await add()).status).toBe(200)
    return statuses()
  }
  await expect.poll(afterAdding, { timeout: 10_000 }).toEqual([401, 401])
  for (const { refreshToken } of devices) {
    const { status, body } = await call('POST /user/refresh', undefined, { refreshToken })
    expect(status).toBe(200)
    expect(rolesOf(readPair(body))).toEqual(['auditor'])
    expect(await profileStatus(readPair(body))).toBe(200)
  }
})

test('a role that is taken away ends the sessions at once', async () => {
  const pair = await login('bob', password)
  const id = await idOf('bob')
  await asAdmin(`PUT /admin/users/${id}`, { roles: ['auditor', 'clerk'] })
  expect(await refreshStatus(pair)).toBe(200)
  await asAdmin(`PUT /admin/users/${id}`, { roles: ['clerk', 'other'] })
  expect([await profileStatus(pair), await refreshStatus(pair)]).toEqual([401, 401])
  expect(rolesOf(await login('bob', password))).toEqual(['clerk', 'other'])
})

test('the command user ends no session either when it only adds a role', async () => {
  const pair = await login('erin', password)
  const env = { DATA_DIR: folder.path, PORT: String(service.port), LOG_LEVEL: 'silent' }
  const roles = ['auditor', 'clerk']
  const add = async () => {
    const { code } = await runService(env, ['user', 'roles', 'erin', ...roles])
    expect(code).toBe(0)
    return profileStatus(pair)
  }
  await expect.poll(add, { timeout: 20_000 }).toBe(401)
  const { refreshToken } = pair
  const { status, body } = await call('POST /user/refresh', undefined, { refreshToken })
  expect(status).toBe(200)
  expect(rolesOf(readPair(body))).toEqual(roles)
})

test('an administrator who takes a role of its own goes on in the session that asks, and in no other', async () => {
  const id = await idOf('root')
  await asAdmin(`PUT /admin/users/${id}`, { roles: ['admin', 'audit'] })
  admin = await login('root', password)
  const other = await login('root', password)
  const { status } = await asAdmin(`PUT /admin/users/${id}`, { roles: ['admin'] })
  expect(status).toBe(200)
  expect([await profileStatus(other), await refreshStatus(other)]).toEqual([401, 401])
  expect(await refreshStatus(admin)).toBe(200)
})

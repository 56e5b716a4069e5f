import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  covers,
  permissions,
  permissionsOf,
} from '../../../apps/auth-service/src/users/permissions.js'
import { operationsOf, type ApiDocument } from '../every-operation.js'
import { type Pair } from '../pair.js'
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

const { call, login, refreshStatus } = callerOf(() => service)

/** Who may call what, written down a second time: by role, the letters of the columns below. */
const roles = ['admin', 'auditor', 'user-admin', 'client-admin', 'editor'] as const
const all = 'admin'
const readers = 'admin auditor'
const ofUsers = 'admin user-admin'
const ofClients = 'admin client-admin'
const callers: Readonly<Record<string, string>> = {
  'GET /admin/users': 'admin auditor user-admin',
  'POST /admin/users': ofUsers,
  'GET /admin/users/{id}': 'admin auditor user-admin',
  'PUT /admin/users/{id}': ofUsers,
  'PUT /admin/users/{id}/password': ofUsers,
  'PUT /admin/users/{id}/username': ofUsers,
  'PUT /admin/users/{id}/account': ofUsers,
  'DELETE /admin/users/{id}': ofUsers,
  'GET /admin/attributes': 'admin auditor user-admin',
  'GET /admin/locks': 'admin auditor user-admin',
  'DELETE /admin/locks/{id}': ofUsers,
  'DELETE /admin/users/{id}/second-factor': ofUsers,
  'DELETE /admin/users/{id}/sessions': ofUsers,
  'GET /admin/sessions': 'admin auditor user-admin',
  'DELETE /admin/sessions/{id}': ofUsers,
  'GET /admin/revocations': readers,
  'POST /admin/revocations/preview': readers,
  'POST /admin/revocations': all,
  'GET /admin/keys': readers,
  'POST /admin/keys/rotate': all,
  'DELETE /admin/keys/{kid}': all,
  'POST /admin/inspect': readers,
  'GET /admin/traffic': readers,
  'GET /admin/clients': 'admin auditor client-admin',
  'POST /admin/clients': ofClients,
  'GET /admin/clients/{id}': 'admin auditor client-admin',
  'PUT /admin/clients/{id}': ofClients,
  'DELETE /admin/clients/{id}': ofClients,
  'POST /admin/clients/{id}/secret': ofClients,
  'DELETE /admin/clients/{id}/secret/old': ofClients,
  'GET /admin/audit': readers,
  'GET /admin/audit/heads': readers,
  'GET /admin/audit/export': readers,
}

const pairs: Record<string, Pair> = {}
const ids: Record<string, string> = {}
const as = (role: string, operation: string, body?: unknown) =>
  call(operation, pairs[role]?.accessToken, body)

beforeAll(async () => {
  await runService({ DATA_DIR: folder.path }, ['user', 'add', 'admin', 'admin'], password)
  service = await startService({ dataDir: folder.path })
  pairs['admin'] = await login('admin', password)
  const add = async (username: string, own: readonly string[]) => {
    const { body } = await as('admin', 'POST /admin/users', { username, password, roles: own })
    pairs[username] = await login(username, password)
    ids[username] = String(body['id'])
  }
  for (const role of roles.slice(1)) await add(role, [role])
  await add('two', ['auditor', 'client-admin'])
  for (const username of ['plain', 'boss'])
    await add(username, username === 'boss' ? ['admin'] : [])
  ids['admin'] = String((await as('admin', 'GET /user/profile')).body['id'])
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

test('the table of callers has every operation of administrators, and no other', async () => {
  const { body } = await call('GET /docs/openapi.json')
  const document = body as unknown as ApiDocument // a call knows no more than that it is an object
  const known = operationsOf(document).map(({ method, path }) => `${method} ${path}`)
  const found = known.filter((each) => each.includes(' /admin/'))
  expect(found.sort()).toEqual(Object.keys(callers).sort())
})

describe.each(Object.entries(callers))('%s', (operation, permitted) => {
  /** To nothing that exists: a caller who is let in is answered that, and changes nothing but the time of a rotation. */
  const send = (token: string | undefined) => {
    const body = /^(POST|PUT)/.test(operation) && !operation.endsWith('rotate') ? {} : undefined
    return call(operation.replaceAll(/\{\w+\}/g, 'nothing'), token, body)
  }

  test.each([...roles, 'two', 'plain'])(
    `${operation} lets %s in if the table says so, and answers 403 otherwise`,
    async (who) => {
      const own = who === 'two' ? ['auditor', 'client-admin'] : [who]
      const { status, headers } = await send(pairs[who]?.accessToken)
      if (own.some((role) => permitted.split(' ').includes(role)))
        expect([200, 400, 404, 409]).toContain(status)
      else {
        expect(status).toBe(403)
        expect(headers.get('www-authenticate')).toContain('insufficient_scope')
      }
    },
  )

  test(`${operation} asks for a token`, async () => {
    expect((await send(undefined)).status).toBe(401)
  })
})

test('the profile names the permissions of the user', async () => {
  const named = async (who: string) => (await as(who, 'GET /user/profile')).body['permissions']
  expect(await named('client-admin')).toEqual(['ReadClients', 'ChangeClients'])
  expect(await named('admin')).toEqual([...permissions])
  expect([await named('plain'), await named('editor')]).toEqual([[], []])
})

const beyond = { status: 403, body: { reason: 'insufficient_permissions' } }

describe('an account or a role with more permissions than the caller', () => {
  test.each(['admin', 'auditor', 'client-admin'])(
    'a user-admin cannot give the role %s, by adding a user or by changing one',
    async (role) => {
      const user = { username: `new-${role}`, password, roles: ['editor', role] }
      expect(await as('user-admin', 'POST /admin/users', user)).toMatchObject(beyond)
      const change = `PUT /admin/users/${ids['plain'] ?? ''}`
      expect(await as('user-admin', change, { roles: [role] })).toMatchObject(beyond)
      const own = `PUT /admin/users/${ids['user-admin'] ?? ''}`
      expect(await as('user-admin', own, { roles: ['user-admin', role] })).toMatchObject(beyond)
      const found = await as('admin', `GET /admin/users?search=new-${role}`)
      expect(found.body['users']).toEqual([])
    },
  )

  test.each(['boss', 'auditor', 'two'])(
    'a user-admin cannot set the password of %s, disable it, change its roles or end its sessions',
    async (who) => {
      const id = ids[who] ?? ''
      const acts: [string, unknown?][] = [
        [`PUT /admin/users/${id}/password`, { newPassword: 'another password of some length' }],
        [`PUT /admin/users/${id}`, { disabled: true }],
        [`PUT /admin/users/${id}`, { roles: [] }],
        [`DELETE /admin/users/${id}/sessions`],
        [`DELETE /admin/sessions/${pairs[who]?.sid ?? ''}`],
      ]
      for (const [operation, body] of acts)
        expect([operation, await as('user-admin', operation, body)]).toMatchObject([
          operation,
          beyond,
        ])
      const pair = pairs[who]
      expect(pair && (await refreshStatus(pair))).toBe(200)
      await expect(login(who, password)).resolves.toBeDefined()
    },
  )

  test('a user-admin gives its own role, and the roles of applications', async () => {
    const user = { username: 'colleague', password, roles: ['user-admin', 'editor'] }
    const { status, body } = await as('user-admin', 'POST /admin/users', user)
    expect([status, body['roles']]).toEqual([200, ['user-admin', 'editor']])
    const newPassword = 'another password of some length'
    const set = `PUT /admin/users/${String(body['id'])}/password`
    expect((await as('user-admin', set, { newPassword })).status).toBe(204)
    await login('colleague', newPassword)
  })

  test('a user-admin neither disables nor demotes the own account', async () => {
    const own = `PUT /admin/users/${ids['user-admin'] ?? ''}`
    for (const change of [{ disabled: true }, { roles: ['editor'] }])
      expect((await as('user-admin', own, change)).status).toBe(409)
  })
})

test('a role that is given counts at the next call, without a new token', async () => {
  const change = `PUT /admin/users/${ids['plain'] ?? ''}`
  expect((await as('plain', 'GET /admin/clients')).status).toBe(403)
  await as('admin', change, { roles: ['client-admin'] })
  const pair = await login('plain', password)
  expect((await call('GET /admin/clients', pair.accessToken)).status).toBe(200)
  await as('admin', change, { roles: [] })
  expect((await call('GET /admin/clients', pair.accessToken)).status).toBe(401)
})

test('names of Object.prototype are no roles', () => {
  expect(permissionsOf(['constructor', '__proto__', 'toString'])).toEqual([])
})

test('only admin covers every role', () => {
  expect(roles.filter((role) => covers([role], roles))).toEqual(['admin'])
  expect(covers([], ['editor'])).toBe(true)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewClient } from '../../../apps/auth-service/src/oauth/clients.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'
import { postForm, registerClients, type TestClient } from './clients-of.js'

const app: NewClient = {
  ...{ name: 'App', kind: 'public', grants: ['refresh_token'] },
  ...{ scopes: ['profile:read'], audiences: ['jotgate-demo'] },
}
const plan = {
  usual: app,
  trusted: { ...app, receivesRoles: true },
  switched: app,
} as const

const folder = temporaryFolder()
let service: RunningService
let clients: Readonly<Record<keyof typeof plan, TestClient>>

beforeAll(async () => {
  clients = await registerClients(folder.path, plan)
  service = await startService({ dataDir: folder.path })
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

const post = async (path: string, body: object) => {
  const answer = await fetch(service.origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as { accessToken: string; refreshToken: string }
}
/** The user is an administrator. */
const login = (clientId: string) =>
  post('/user/login', { username: 'alice', password: 'secret', clientId })
const refresh = async (clientId: string, refreshToken: unknown) => {
  const { status, body } = await postForm(`${service.origin}/oauth/token`, {
    ...{ grant_type: 'refresh_token', client_id: clientId },
    refresh_token: String(refreshToken),
  })
  expect(status).toBe(200)
  return { accessToken: body['access_token'], refreshToken: body['refresh_token'] }
}
const rolesOf = ({ accessToken }: { accessToken: unknown }) => {
  const payload = Buffer.from(String(accessToken).split('.')[1] ?? '', 'base64url').toString()
  return (JSON.parse(payload) as Record<string, unknown>)['roles']
}

test('the tokens of an app have no roles, at the login and after every refresh', async () => {
  let pair: { accessToken: unknown; refreshToken: unknown } = await login(clients.usual.id)
  for (let round = 0; round < 3; round++) {
    expect(pair.accessToken).toMatch(/^ey/)
    expect(rolesOf(pair)).toBeUndefined()
    pair = await refresh(clients.usual.id, pair.refreshToken)
  }
})

test('the tokens of an app whose registration allows it have roles, before and after a refresh', async () => {
  const pair = await login(clients.trusted.id)
  expect(rolesOf(pair)).toEqual(['admin'])
  expect(rolesOf(await refresh(clients.trusted.id, pair.refreshToken))).toEqual(['admin'])
})

test('first-party tokens have roles, whichever endpoint refreshes them', async () => {
  const pair = await login('first-party')
  expect(rolesOf(pair)).toEqual(['admin'])
  const { refreshToken } = pair
  expect(rolesOf(await post('/user/refresh', { refreshToken }))).toEqual(['admin'])
  expect(rolesOf(await refresh('first-party', refreshToken))).toEqual(['admin'])
})

test('the command client allows and forbids roles; the next refresh of a session obeys', async () => {
  const { id } = clients.switched
  let { refreshToken }: { refreshToken: unknown } = await login(id)
  const env = { DATA_DIR: folder.path, PORT: String(service.port) }
  const change = (word: string) => runService(env, ['client', 'change', id, '--roles', word])
  for (const [word, roles, shown] of [
    ['yes', ['admin'], '; with roles\n'],
    ['no', undefined, 'for jotgate-demo\n'],
  ] as const) {
    const { code, output } = await change(word)
    expect([code, output]).toEqual([0, expect.stringContaining(shown)])
    const pair = await refresh(id, refreshToken)
    expect(rolesOf(pair)).toEqual(roles)
    refreshToken = pair.refreshToken
  }
  const { code, output } = await change('maybe')
  expect([code, output]).toEqual([1, expect.stringContaining('--roles: must be yes or no')])
})

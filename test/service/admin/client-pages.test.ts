import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewClient } from '../../../apps/auth-service/src/oauth/clients.js'
import { registerClients } from '../oauth/clients-of.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'
import { callerOf } from './calling.js'

const folder = temporaryFolder()
let service: RunningService
let token: string
const { call, login } = callerOf(() => service)
const asAdmin = (operation: string) => call(operation, token)

const billing: NewClient = {
  ...{ name: 'Billing', kind: 'confidential', grants: ['client_credentials'] },
  ...{ scopes: [], audiences: ['jotgate-demo'] },
}

beforeAll(async () => {
  const five = { a: billing, b: billing, c: billing, d: billing, e: billing }
  await registerClients(folder.path, five)
  service = await startService({ dataDir: folder.path })
  token = (await login('alice', 'secret')).accessToken
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

const idsOf = (clients: unknown) => (clients as { id: string }[]).map(({ id }) => id)

test('OAuth clients come in pages, each client once, and the command line lists all of them', async () => {
  const pages: string[][] = []
  let query: string | undefined = 'limit=2'
  for (let round = 0; round < 9 && query !== undefined; round++) {
    const { status, body } = await asAdmin(`GET /admin/clients?${query}`)
    expect(status).toBe(200)
    pages.push(idsOf(body['clients']))
    const { next } = body
    query = typeof next === 'string' ? `limit=2&after=${next}` : undefined
  }
  expect(pages.map((page) => page.length)).toEqual([2, 2, 1])
  const ids = pages.flat()
  expect(new Set(ids).size).toBe(5)
  const whole = (await asAdmin('GET /admin/clients')).body
  expect([idsOf(whole['clients']), whole['next']]).toEqual([ids, undefined])
  const { output } = await runService({ DATA_DIR: folder.path }, ['client', 'list', '--json'])
  expect(idsOf(JSON.parse(output))).toEqual(ids)
})

test.each([
  ['after=x', /^after: /],
  ['after=1.client-short', /^after: /],
  ['after=-1.client-AAAAAAAAAAAAAAAAAAAAAA', /^after: /],
  ['limit=0', /^limit: /],
  ['limit=201', /^limit: /],
])('a page of clients for %s is refused', async (query, detail) => {
  const { status, body } = await asAdmin(`GET /admin/clients?${query}`)
  expect(status).toBe(400)
  expect(body['detail']).toMatch(detail)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultTable } from '../../apps/auth-service/src/foundation/faults.js'
import { errorTable } from '../../src/foundation/errors.js'
import { callerOf } from './admin/calling.js'
import { basic } from './oauth/clients-of.js'
import {
  badRequests,
  operationsOf,
  sampleOf,
  type ApiDocument,
  type BadRequest,
  type Operation,
} from './every-operation.js'
import { startService, temporaryFolder, type RunningService } from './running-service.js'

const folder = temporaryFolder()
let service: RunningService
let document: ApiDocument
let authorization: { readonly admin: string; readonly client: string; readonly cookie: string }

beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
  const { call, login } = callerOf(() => service)
  const { accessToken } = await login('alice', 'secret')
  const client = { name: 'Billing', kind: 'confidential', grants: ['client_credentials'] }
  const added = await call('POST /admin/clients', accessToken, { ...client, audiences: ['api'] })
  const { client: made, secret } = added.body as { client: { id: string }; secret: string }
  authorization = {
    admin: `Bearer ${accessToken}`,
    client: basic({ id: made.id, secret }).authorization,
    cookie: await consoleCookie(),
  }
  document = (await (await fetch(`${service.origin}/docs/openapi.json`)).json()) as ApiDocument
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

async function consoleCookie(): Promise<string> {
  const { headers } = await fetch(`${service.origin}/console/login`, {
    method: 'POST',
    headers: { origin: service.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'alice', password: 'secret' }),
  })
  return headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
}

/** What the document does not have: they are for the service's own pages. */
const ofPages = (): Operation[] => {
  const [login, confirm] = ['/user/login', '/user/confirm'].map((own) =>
    operationsOf(document).find(({ path }) => path === own),
  )
  return [
    { method: 'POST', path: '/console/login', parameters: [], body: login?.body },
    { method: 'POST', path: '/console/refresh', parameters: [], body: undefined },
    { method: 'POST', path: '/console/logout', parameters: [], body: undefined },
    { method: 'POST', path: '/console/confirm', parameters: [], body: confirm?.body },
  ]
}

async function send({ method, path, type, body }: BadRequest): Promise<Response> {
  return fetch(service.origin + path, {
    method,
    headers: {
      ...(path.startsWith('/console/') ? { origin: service.origin } : {}),
      ...(path === '/console/confirm' ? { cookie: authorization.cookie } : {}),
      ...(path.startsWith('/oauth/')
        ? { authorization: authorization.client }
        : { authorization: authorization.admin }),
      ...(type === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body }),
  })
}

const rows = [...Object.values(errorTable), ...Object.values(faultTable)]

/** What is wrong with the answer to a bad request; nothing when it is a clear refusal. */
async function complaint(bad: BadRequest): Promise<string | undefined> {
  const answer = await send(bad)
  const text = await answer.text()
  const say = (what: string) =>
    `${bad.method} ${bad.path.slice(0, 80)}, ${bad.fault}: ${what} (${String(answer.status)} ${text.slice(0, 200)})`
  if (!bad.status.includes(answer.status)) return say(`is not ${bad.status.join(' or ')}`)
  if (!answer.headers.get('cache-control')?.includes('no-store')) return say('may be kept')
  if (answer.headers.get('x-content-type-options') !== 'nosniff') return say('may be guessed at')
  const body = read(text)
  const type = answer.headers.get('content-type') ?? ''
  const isProblem = type.startsWith('application/problem+json')
  const isInTable = rows.some(
    ({ status, reason, message }) =>
      status === body['status'] && reason === body['reason'] && message === body['title'],
  )
  const isOAuth = typeof body['error'] === 'string' && /^[a-z_]+$/.test(body['error'])
  if (isProblem ? !isInTable || body['status'] !== answer.status : !isOAuth)
    return say('is in no table')
  const said = String(body['detail'] ?? body['error_description'])
  if (bad.names !== undefined && !said.includes(bad.names)) return say('does not name the field')
  const allow = (answer.headers.get('allow') ?? '').split(', ')
  if (bad.allow?.some((method) => !allow.includes(method))) return say('names not what is allowed')
  return undefined
}

function read(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

test('every operation refuses every bad request with a row of the error table, and lives', async () => {
  const operations = [...operationsOf(document), ...ofPages()]
  expect(operations.length).toBeGreaterThanOrEqual(43)
  const known = { ...document, paths: { ...document.paths } }
  for (const { path } of ofPages()) known.paths[path] = { post: {} }
  const all = operations.flatMap((operation) => badRequests(known, operation))
  expect(all.length).toBeGreaterThan(400)
  const complaints: string[] = []
  for (let at = 0; at < all.length; at += 10) {
    const found = await Promise.all(all.slice(at, at + 10).map(complaint))
    complaints.push(...found.filter((each) => each !== undefined))
  }
  expect(complaints).toEqual([])
  // None of it has done anything: the session that sent all this is still there, and so is the client.
  const { admin } = authorization
  const clients = await fetch(`${service.origin}/admin/clients`, {
    headers: { authorization: admin },
  })
  expect([clients.status, await clients.text()]).toEqual([200, expect.stringContaining('Billing')])
  expect(service.output()).not.toMatch(/unexpected fault|"level":50/)
})

test('a bad request that is taken, and an operation of which there is no sample, would be seen', async () => {
  const taken = { fault: 'none', method: 'GET', path: '/healthz', status: [400] }
  expect(await complaint(taken)).toMatch(/is not 400 \(200/)
  const plain = { fault: 'none', method: 'GET', path: '/healthz', status: [200] }
  expect(await complaint(plain)).toBeDefined()
  const strange = { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] }
  expect(() => sampleOf(document, strange)).toThrow('there is no sample of the type number')
})

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createHttpSource } from '../../../../apps/auth-service/src/users/source/http-source.js'
import { json, startUsersServer, type Answering, type UsersServer } from './users-server.js'

const bob = {
  id: 'c-7',
  username: 'Bob',
  roles: ['editor'],
  displayName: 'Bob B.',
  email: 'b@a.example',
}

/** Answers as it should: one user, whose password is `quiet river`. */
const good: Answering = json(({ path, body }) => {
  const { name, id, password } = body as Record<string, unknown> // what the source has sent
  if (path === '/users/find') return { user: name === 'Bob' ? bob : null }
  if (path === '/users/load') return { user: id === bob.id ? { ...bob, disabled: true } : null }
  return { right: id === bob.id && password === 'quiet river' }
})

let server: UsersServer
beforeAll(async () => {
  server = await startUsersServer(good)
})
afterAll(() => server.stop())
beforeEach(() => {
  server.answer(good)
})

const open = (changes: Partial<Parameters<typeof createHttpSource>[0]> = {}) =>
  createHttpSource({
    url: `${server.url}/users`,
    secret: { read: () => Buffer.from('s'.repeat(40)), version: () => 1 },
    timeoutMs: 5000,
    places: { reach: 'loopback', insecureHttp: [] },
    ...changes,
  })

const unavailable = { code: 'STORE_UNAVAILABLE', status: 503 }

test('an endpoint is asked in three requests, with the secret as a bearer token', async () => {
  const source = open()
  const found = await source.find('Bob')
  expect(found).toEqual({ ...bob, passwordHash: '', disabled: false })
  expect(await source.checkPassword(found, 'quiet river')).toBe(true)
  expect(await source.checkPassword(found, 'loud river')).toBe(false)
  expect(await source.load('c-7')).toMatchObject({ id: 'c-7', disabled: true })
  expect(await source.find('carol')).toBeUndefined()
  expect(await source.load('c-8')).toBeUndefined()
  expect(server.seen.slice(0, 2)).toEqual([
    {
      method: 'POST',
      path: '/users/find',
      authorization: `Bearer ${'s'.repeat(40)}`,
      body: { name: 'Bob' },
    },
    {
      method: 'POST',
      path: '/users/check-password',
      authorization: `Bearer ${'s'.repeat(40)}`,
      body: { id: 'c-7', password: 'quiet river' },
    },
  ])
})

test('an unknown user is asked for too, and is never right', async () => {
  server.answer(json(() => ({ right: true })))
  const before = server.seen.length
  expect(await open().checkPassword(undefined, 'quiet river')).toBe(false)
  expect(server.seen.slice(before).map(({ body }) => body)).toEqual([
    { id: null, password: 'quiet river' },
  ])
})

test('an unknown user takes as long as the checks of users before, though the endpoint is faster', async () => {
  const source = open()
  const known = await source.find('Bob')
  server.answer((seen, response) => {
    const { id } = seen.body as { id: unknown } // what the source has sent
    void sleep(id === null ? 0 : 200).then(() => {
      json(() => ({ right: false }))(seen, response)
    })
  })
  await source.checkPassword(known, 'x')
  const since = performance.now()
  await source.checkPassword(undefined, 'x')
  expect(performance.now() - since).toBeGreaterThan(190)
})

const raw =
  (status: number, headers: Record<string, string>, body: string): Answering =>
  (_, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
const asJson = { 'content-type': 'application/json' }

test.each<[string, Answering]>([
  ['another status', raw(500, asJson, '{"user":null}')],
  ['no permission', raw(401, asJson, '{"user":null}')],
  ['a redirect', raw(302, { ...asJson, location: 'http://127.0.0.1:1/' }, '{"user":null}')],
  ['another content type', raw(200, { 'content-type': 'text/html' }, '{"user":null}')],
  ['no JSON', raw(200, asJson, '{"user":')],
  ['nothing', raw(200, asJson, '')],
  ['another answer', json(() => ({ right: true }))],
  ['a user without an id', json(() => ({ user: { username: 'Bob' } }))],
  ['an id of the demo', json(() => ({ user: { ...bob, id: 'demo:alice' } }))],
  ['a user without a name', json(() => ({ user: { id: 'c-7' } }))],
  ['roles that are text', json(() => ({ user: { ...bob, roles: 'admin' } }))],
  ['a disabled that is text', json(() => ({ user: { ...bob, disabled: 'no' } }))],
  ['too many roles', json(() => ({ user: { ...bob, roles: Array(33).fill('x') } }))],
  ['too much', json(() => ({ user: { ...bob, more: 'x'.repeat(70_000) } }))],
  ['a closed connection', (_, response) => response.destroy()],
  [
    'half an answer',
    (_, response) => {
      response.writeHead(200, { ...asJson, 'content-length': '100' })
      response.write('{"user":')
      setImmediate(() => response.destroy())
    },
  ],
])(
  'an endpoint that answers with %s is a fault of the store, and no user',
  async (_, answering) => {
    server.answer(answering)
    const source = open()
    await expect(source.find('Bob')).rejects.toMatchObject(unavailable)
    await expect(source.load('c-7')).rejects.toMatchObject(unavailable)
  },
)

test.each([[{ right: 'yes' }], [{ right: 1 }], [{}], [null], [{ user: null }]])(
  'a password is not right by the answer %j',
  async (answer) => {
    const known = await open().find('Bob')
    server.answer(json(() => answer))
    await expect(open().checkPassword(known, 'x')).rejects.toMatchObject(unavailable)
  },
)

test('an endpoint that answers another user than was loaded is a fault of the store', async () => {
  server.answer(json(() => ({ user: { ...bob, id: 'c-8' } })))
  await expect(open().load('c-7')).rejects.toMatchObject(unavailable)
})

test('an endpoint that does not answer in time is a fault of the store', async () => {
  server.answer(() => undefined)
  await expect(open({ timeoutMs: 100 }).find('Bob')).rejects.toMatchObject({
    ...unavailable,
    cause: expect.objectContaining({
      message: expect.stringContaining('within 100 ms') as unknown,
    }) as unknown,
  })
})

test('an endpoint that is not there is a fault of the store', async () => {
  const gone = await startUsersServer(good)
  await gone.stop()
  await expect(open({ url: gone.url }).find('Bob')).rejects.toMatchObject(unavailable)
})

// Of an address without a name the reach is checked with the configuration.
test('an endpoint whose name leads out of reach is not asked', async () => {
  const before = server.seen.length
  const url = server.url.replace('127.0.0.1', 'localhost')
  await expect(
    open({ url, places: { reach: 'public', insecureHttp: [] } }).find('Bob'),
  ).rejects.toMatchObject(unavailable)
  expect(server.seen.length).toBe(before)
})

test('a caller who has gone is not asked for', async () => {
  const before = server.seen.length
  const asked = open().checkPassword(undefined, 'x', () => true)
  await expect(asked).rejects.toMatchObject({ code: 'BUSY' })
  expect(server.seen.length).toBe(before)
})

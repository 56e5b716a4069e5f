import { describe, expect, test } from 'vitest'
import { sessionRoutes as onExpress } from '../../src/adapters/node/express.js'
import { sessionRoutes as onFetch } from '../../src/adapters/web/fetch.js'
import { sessionRoutes as onHono } from '../../src/adapters/web/hono.js'
import { sessionRoutes as onKoa } from '../../src/adapters/node/koa.js'
import { AuthError } from '../../src/foundation/errors.js'
import { createCookieMode, createGate, from } from '../../src/gate/index.js'
import {
  createSessionRoutes,
  type Credentials,
  type RouteName,
  type SessionRoutes,
} from '../../src/session-routes/index.js'
import { fakeCall } from '../gate/calls.js'
import { makeSessions } from '../session/setup.js'

const { sessions, verify } = makeSessions()
const gate = createGate({ verify })
const good = { gate, login: () => undefined }

describe('a wrong option', () => {
  test.each<[string, object]>([
    ['gate: must be what createGate makes', { gate: {} }],
    ['login: must be a function', { login: 'alice' }],
    ['cookies: must be what createCookieMode makes', { cookies: {} }],
    ['cookies: is undefined', { cookies: undefined }],
    ['client: must be text', { client: '' }],
    ['account: must be a function', { account: 'username' }],
    ['attempts: must be an attempt store', { attempts: new Map() }],
    ['limits.account: must be at least 1', { limits: { account: 0 } }],
    ['limits.windw: is not an option; did you mean "window"?', { limits: { windw: 1 } }],
    ['logn: is not an option; did you mean "login"?', { logn: () => undefined }],
  ])('sessionRoutes refuses the option %s', (message, wrong) => {
    expect(() => onExpress(sessions, { ...good, ...wrong })).toThrow(`sessionRoutes.${message}`)
  })

  test('sessionRoutes refuses anything but sessions as its first argument', () => {
    const wrong = good as never
    expect(() => onExpress(wrong, good)).toThrow(/takes what createSessions makes/)
  })

  test('sessionRoutes of Fetch and Hono require the address of the caller', () => {
    const wrong = good as never
    for (const build of [() => onFetch(sessions, wrong), () => onHono(sessions, wrong)])
      expect(build).toThrow(/sessionRoutes.address: must be a function/)
  })

  test.each(['auth', '/auth?a', '/a//b', '/:tenant', 7])(
    'sessionRoutes refuses %j as the path of a mount',
    (path) => {
      const wrong = { ...good, path: path as string }
      expect(() => onKoa(sessions, wrong)).toThrow(/sessionRoutes.path: must be a path/)
    },
  )
})

/** Logs in without a framework. */
function logIn(routes: SessionRoutes, body: object) {
  const fields = [['content-type', 'application/json']] as const
  const bytes = Buffer.from(JSON.stringify(body))
  const call = fakeCall({ method: 'POST', url: '/login', fields })
  return routes.answer(
    { name: 'login' },
    { call, body: () => ({ bytes }), address: () => undefined },
  )
}

test('a token with an actor is good for who am I, and for no route about sessions', async () => {
  const made = makeSessions({
    impersonation: { rolesClaim: 'roles' },
    loadSubject: () => Promise.resolve({ claims: { roles: [] } }),
  })
  const { sid } = await made.sessions.issue({ subject: 'user-1', client: 'web' })
  const own = await made.sessions.issue({ subject: 'user-2', client: 'web' })
  const { accessToken } = await made.sessions.impersonate({ sid, subject: 'user-1' }, 'user-2')
  const routes = createSessionRoutes(made.sessions, {
    ...good,
    gate: createGate({ verify: made.verify }),
  })
  const fields = [['authorization', `Bearer ${accessToken}`]] as const
  const statusOf = async (name: RouteName) => {
    const call = fakeCall({ method: 'POST', url: '/', fields })
    const request = { call, body: () => ({ bytes: Buffer.alloc(0) }), address: () => undefined }
    return (await routes.answer({ name, sid: own.sid }, request)).status
  }
  expect(await statusOf('me')).toBe(200)
  for (const name of ['sessions', 'endSession', 'endOthers', 'logoutAll', 'logout'] as const)
    expect([name, await statusOf(name)]).toEqual([name, 403])
  expect(await made.sessions.list('user-2')).toHaveLength(1)
})

describe('the option', () => {
  test('account says whose failures are counted, and undefined counts by network alone', async () => {
    const account = ({ tenant, name }: Credentials) =>
      typeof tenant === 'string' ? `${tenant}/${String(name)}` : undefined
    const limits = { account: 1, network: 4 }
    const routes = createSessionRoutes(sessions, { ...good, account, limits })
    const statuses: number[] = []
    for (const body of [{ tenant: 'a' }, { tenant: 'a' }, { tenant: 'b' }, {}, {}, {}])
      statuses.push((await logIn(routes, body)).status)
    expect(statuses).toEqual([401, 429, 401, 401, 401, 429])
  })

  test('account must return text or undefined, else the login is a fault', async () => {
    const account = () => 7 as unknown as string
    const routes = createSessionRoutes(sessions, { ...good, account })
    await expect(logIn(routes, {})).rejects.toThrow('account must return the name of an account')
  })

  test('attempts that do not answer refuse the login with 503, and no credentials are checked', async () => {
    let asked = 0
    const login = () => {
      asked += 1
      return { subject: 'user-1' }
    }
    const fail = () => Promise.reject(new Error('connection refused'))
    const attempts = { add: fail, set: fail }
    const routes = createSessionRoutes(sessions, { ...good, attempts, login })
    expect([(await logIn(routes, { username: 'a' })).status, asked]).toEqual([503, 0])
  })

  test('cookies has foreign pages refused even behind a gate that would read their cookie', async () => {
    const { accessToken } = await sessions.issue({ subject: 'user-1', client: 'web' })
    const cookies = createCookieMode({ origins: ['https://shop.example'] })
    const careless = createGate({ verify, extract: from.cookie('__Host-access') })
    const routes = createSessionRoutes(sessions, { ...good, gate: careless, cookies })
    const endAll = (origin: string) => {
      const fields = [
        ['cookie', `__Host-access=${accessToken}`],
        ['origin', origin],
      ] as const
      const call = fakeCall({ method: 'POST', url: '/logout-all', fields })
      const request = { call, body: () => ({ bytes: Buffer.alloc(0) }), address: () => undefined }
      return routes.answer({ name: 'logoutAll' }, request)
    }
    expect((await endAll('https://evil.example')).status).toBe(403)
    expect(await sessions.list('user-1')).not.toEqual([])
    expect((await endAll('https://shop.example')).status).toBe(204)
  })

  test('me makes the answer to who am I, in the context of the caller', async () => {
    const { accessToken } = await sessions.issue({ subject: 'user-1', client: 'web' })
    const me = () => ({ name: gate.current().claims.sub, big: 2n ** 60n })
    const routes = createSessionRoutes(sessions, { ...good, gate, me })
    const fields = [['authorization', `Bearer ${accessToken}`]] as const
    const call = fakeCall({ url: '/me', fields })
    const request = { call, body: () => ({ bytes: Buffer.alloc(0) }), address: () => undefined }
    const { body } = await routes.answer({ name: 'me' }, request)
    expect(body).toBe('{"name":"user-1","big":1152921504606846976}')
  })

  test('a session that cannot be replaced costs the new login nothing, and onEvent says why', async () => {
    const events: object[] = []
    const end = () => Promise.reject(new AuthError('STORE_UNAVAILABLE'))
    const routes = createSessionRoutes(
      { ...sessions, end },
      {
        ...good,
        login: () => ({ subject: 'user-1' }),
        onEvent: (event) => events.push(event),
      },
    )
    const answer = await logIn(routes, { username: 'a', refreshToken: 'old' })
    expect(answer.status).toBe(200)
    const fault = expect.any(AuthError) as unknown
    expect(events).toEqual([{ route: 'login', status: 200, fault }])
  })
})

test.each([
  ['two names', { username: 'mallory', email: 'alice@shop.example', password: 'x' }],
  ['a name that is no text beside another one', { username: 7, email: 'alice@shop.example' }],
  ['a name that is no text', { username: ['alice'] }],
  ['an empty name', { email: '' }],
])(
  'a login with %s is asked of no one: what is counted must be what is checked',
  async (_, body) => {
    let asked = 0
    const login = () => {
      asked++
      return undefined
    }
    const routes = createSessionRoutes(sessions, { ...good, login })
    expect((await logIn(routes, body)).status).toBe(400)
    expect(asked).toBe(0)
  },
)

test('attempts at a locked account write nothing to the store, and are refused unasked', async () => {
  const counts = new Map<string, number>()
  let writes = 0
  const attempts = {
    add: (name: string, by: number, seconds: number) => {
      if (by !== 0) writes++
      const count = Math.max(0, (counts.get(name) ?? 0) + by)
      counts.set(name, count)
      return Promise.resolve({ count, endsIn: seconds })
    },
    set: (name: string, count: number) => {
      counts.set(name, count)
      return Promise.resolve()
    },
  }
  const routes = createSessionRoutes(sessions, { ...good, attempts, limits: { account: 2 } })
  const statuses: number[] = []
  for (let attempt = 0; attempt < 2; attempt++)
    statuses.push((await logIn(routes, { username: 'alice' })).status)
  const written = writes
  for (let attempt = 0; attempt < 20; attempt++)
    statuses.push((await logIn(routes, { username: 'alice' })).status)
  expect(statuses).toEqual([401, 401, ...Array.from({ length: 20 }, () => 429)])
  expect(writes).toBe(written)
})

import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { format } from 'prettier'
import { codeLines, programFolder, readmeFile, servers, type ServerName } from './programs.js'

// Servers with login, refresh, logout, a guarded route and a role: how long they are, and that they work.
const programs = programFolder()
const ours = ['express', 'fastify'] as const
const names = Object.keys(servers) as ServerName[] // the keys of a literal

beforeAll(() => {
  expect(programs.compile()).toEqual([])
})
afterEach(() => programs.stop())
afterAll(() => {
  programs.remove()
})

test.each(ours)('the server with Jotgate in %s has at most 25 lines, imports counted', (name) => {
  const lines = codeLines(servers[name])
  expect(lines.length).toBeGreaterThan(10)
  expect(lines.length).toBeLessThanOrEqual(25)
})

test.each(names)('the server %s is formatted as all are, at 100 columns', async (name) => {
  const settings = {
    semi: false,
    singleQuote: true,
    printWidth: 100,
    trailingComma: 'all',
  } as const
  expect(await format(servers[name], { parser: 'typescript', ...settings })).toBe(servers[name])
})

test('the page on session routes and the README have the counts of the servers', () => {
  const page = readFileSync(new URL('../../../docs/session-routes.md', import.meta.url), 'utf8')
  const [, table = ''] = page.split('## Beside others')
  const rows = [...table.matchAll(/^\| .*?`([\w-]+)`\]\(\S+ +\| (\d+) /gm)]
  const shown = Object.fromEntries(rows.map(([, name = '', lines]) => [name, Number(lines)]))
  const counts = names.map((name) => [name, codeLines(servers[name]).length] as const)
  expect(shown).toEqual(Object.fromEntries(counts))
  const whole = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  const [readme = ''] = whole.split('## Sessions of your own')[1]?.split('\n## ') ?? []
  const counted = (name: ServerName) => `${String(codeLines(servers[name]).length)} lines`
  expect(readme).toContain(`without the service, in ${counted('express')}.`)
  expect(readme).toContain(
    `In Fastify](test/session-routes/line-counts/fastify.ts) it is ${counted('fastify')}`,
  )
})

test('the users of the README are those that the programs here are checked with', () => {
  const users = readFileSync(new URL('users.ts', import.meta.url), 'utf8')
  expect(readmeFile('users.ts')).toBe(users)
})

type List = Readonly<{ sessions: readonly { sid: string; current: boolean }[] }>
type Tokens = Readonly<Record<'accessToken' | 'refreshToken' | 'sid', string>>

/** What an app asks of the servers that give tokens. */
function tokensApp(origin: string) {
  const post = (route: string, body: object) =>
    fetch(`${origin}/auth/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const logIn = async (username: string) =>
    (await (await post('login', { username, password: 'secret' })).json()) as Tokens
  const refresh = async ({ refreshToken }: Tokens) =>
    (await (await post('refresh', { refreshToken })).json()) as Tokens
  const statuses = ({ accessToken }: Pick<Tokens, 'accessToken'>) =>
    statusesOf(origin, { authorization: `Bearer ${accessToken}` })
  return { post, logIn, refresh, statuses }
}

async function statusesOf(origin: string, headers: Record<string, string>) {
  const answers = ['/orders', '/admin'].map((path) => fetch(origin + path, { headers }))
  return (await Promise.all(answers)).map(({ status }) => status)
}

test.each([...ours, 'fastify-jwt'] as const)(
  'the server %s logs in, refreshes, guards a route, asks for a role and logs out',
  async (name) => {
    const origin = await programs.start(name)
    const { post, logIn, refresh, statuses } = tokensApp(origin)
    expect(await statuses({ accessToken: 'none' })).toEqual([401, 401])
    expect((await post('login', { username: 'alice', password: 'guess' })).status).toBe(401)
    const empty = ['login', 'refresh'].map((route) =>
      fetch(`${origin}/auth/${route}`, { method: 'POST' }),
    )
    expect((await Promise.all(empty)).map(({ status }) => status)).toEqual([400, 400])
    const [alice, bob] = [await logIn('alice'), await logIn('bob')]
    expect(await statuses(alice)).toEqual([200, 200])
    expect(await statuses(bob)).toEqual([200, 403])
    const next = await refresh(alice)
    expect(await statuses(next)).toEqual([200, 200])
    const { refreshToken } = next
    expect((await post('logout', { refreshToken })).status).toBe(204)
    const refused = await post('refresh', { refreshToken })
    expect(refused.status).toBe(401)
    expect(await refused.text()).not.toContain('REFRESH_')
    // What the table says of a logout.
    expect(await statuses(next)).toEqual(name === 'fastify-jwt' ? [200, 200] : [401, 401])
  },
)

test.each(ours)(
  'the server %s says why as problem details, lists sessions and throttles logins',
  async (name) => {
    const origin = await programs.start(name)
    const { post, logIn } = tokensApp(origin)
    expect((await fetch(`${origin}/auth/logout`, { method: 'POST' })).status).toBe(401)
    const refused = await post('refresh', { refreshToken: 'x' })
    expect(await refused.json()).toMatchObject({ status: 401, reason: 'invalid_grant' })
    const bob = await logIn('bob')
    const headers = { authorization: `Bearer ${bob.accessToken}` }
    const list = (await (await fetch(`${origin}/auth/sessions`, { headers })).json()) as List
    expect(list.sessions.filter(({ current }) => current)).toMatchObject([{ sid: bob.sid }])
    const guesses = Array.from({ length: 11 }, (_, at) => ({
      username: 'alice',
      password: String(at),
    }))
    const statuses = []
    for (const guess of guesses) statuses.push((await post('login', guess)).status)
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429])
  },
)

test('the server fastify-jwt takes a refresh token once, and any number of guesses', async () => {
  const { post, logIn } = tokensApp(await programs.start('fastify-jwt'))
  const { refreshToken } = await logIn('alice')
  const uses = [await post('refresh', { refreshToken }), await post('refresh', { refreshToken })]
  expect(uses.map(({ status }) => status)).toEqual([200, 401])
  const guesses = Array.from({ length: 12 }, () =>
    post('login', { username: 'bob', password: 'x' }),
  )
  const statuses = (await Promise.all(guesses)).map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([401]))
})

test('the server better-auth logs in, guards a route, asks for a role, lists sessions and logs out', async () => {
  const origin = await programs.start('better-auth')
  const post = (route: string, body: object, cookie = '') =>
    fetch(`${origin}/api/auth/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, cookie },
      body: JSON.stringify(body),
    })
  const logIn = async (name: string) => {
    const answer = await post('sign-in/email', {
      email: `${name}@example.com`,
      password: 'secret-secret',
    })
    const [cookie = ''] = answer.headers.getSetCookie().map((each) => each.split(';')[0])
    return { cookie }
  }
  expect(await statusesOf(origin, {})).toEqual([401, 401])
  const guess = await post('sign-in/email', { email: 'alice@example.com', password: 'guess-guess' })
  expect(guess.status).toBe(401)
  const [alice, bob] = [await logIn('alice'), await logIn('bob')]
  expect(await statusesOf(origin, alice)).toEqual([200, 200])
  expect(await statusesOf(origin, bob)).toEqual([200, 403])
  const list = await fetch(`${origin}/api/auth/list-sessions`, { headers: alice })
  expect(await list.json()).toHaveLength(1)
  expect((await post('sign-out', {}, alice.cookie)).status).toBe(200)
  expect(await statusesOf(origin, alice)).toEqual([401, 401])
  // What the table says of failed logins: those before were three, by one address.
  expect((await post('sign-in/email', { email: 'bob@example.com', password: 'x' })).status).toBe(
    429,
  )
})

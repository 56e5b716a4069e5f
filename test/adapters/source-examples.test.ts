import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addressIn, startExample, type Example } from './example-programs.js'
import { raw } from './raw-http.js'

const json = { 'content-type': 'application/json' }
const login = { method: 'POST', headers: json }
const alice = JSON.stringify({ username: 'alice', password: 'secret' })

describe('examples/kratos', () => {
  let example: Example
  beforeAll(async () => {
    example = await startExample('kratos', 1)
  })
  afterAll(() => example.stop())

  test('the example guards only /api, and its handlers find the claims in the context', async () => {
    const url = addressIn(example.lines[0])
    const token = /Bearer ([^']+)/.exec(example.lines[0] ?? '')?.[1] ?? ''
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    expect([answer.status, await answer.text()]).toEqual([200, 'hello, user123, admin\n'])
    expect((await fetch(new URL('/healthz', url))).status).toBe(200)
  })

  test.each([
    [undefined, 'JWT token is missing'],
    ['Bearer 12313123', 'Token is invalid'],
    ['Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AAAA', 'Fail to parse JWT token '],
  ])('the example answers %s as Kratos does', async (authorization, message) => {
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await fetch(addressIn(example.lines[0]), { headers })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toEqual({
      code: 401,
      reason: 'UNAUTHORIZED',
      message,
      metadata: {},
    })
  })

  test.each(['/API/user', '/api/user/', '//api/user', '/x/../api/user', '/%61pi/user'])(
    '%s does not bypass the gate of the example',
    async (path) => {
      const { origin } = new URL(addressIn(example.lines[0]))
      const { status } = await raw(origin, [`GET ${path} HTTP/1.1`])
      expect([400, 401, 404]).toContain(status)
    },
  )
})

describe('examples/gin-order', () => {
  let example: Example
  beforeAll(async () => {
    example = await startExample('gin-order', 2)
  })
  afterAll(() => example.stop())

  test('the example logs in, then orders with the token in the header `token`', async () => {
    const entered = await fetch(addressIn(example.lines[0]), { ...login, body: alice })
    const { token } = (await entered.json()) as { token: string }
    const headers = { token }
    const ordered = await fetch(addressIn(example.lines[1]), { method: 'POST', headers })
    expect([ordered.status, await ordered.json()]).toEqual([201, { ordered: true, userId: 7 }])
  })

  test('the example answers 401 with a challenge where the original answers 403', async () => {
    const order = (headers = {}) => fetch(addressIn(example.lines[1]), { method: 'POST', headers })
    for (const headers of [{}, { token: 'a.b.c' }, { authorization: 'Bearer a.b.c' }]) {
      const answer = await order(headers)
      expect([answer.status, answer.headers.get('www-authenticate')?.slice(0, 6)]).toEqual([
        401,
        'Bearer',
      ])
      expect(await answer.text()).not.toContain('ordered')
    }
  })

  test.each([
    { username: 'alice', password: 'wrong' },
    { username: 'bob', password: 'secret' },
    { username: ['alice'], password: { secret: 1 } },
    {},
  ])('the example refuses a login with %j', async (body) => {
    const answer = await fetch(addressIn(example.lines[0]), {
      ...login,
      body: JSON.stringify(body),
    })
    expect([answer.status, await answer.json()]).toEqual([401, { error: 'wrong name or password' }])
  })
})

describe('examples/two-sites', () => {
  let example: Example
  let accounts = ''
  let orders = ''
  beforeAll(async () => {
    example = await startExample('two-sites', 1)
    const [line = ''] = example.lines
    accounts = new URL(addressIn(line)).origin
    orders = addressIn(line.slice(line.indexOf('from')))
  })
  afterAll(() => example.stop())

  test('the two sites have two origins, and the page of one names the other', async () => {
    const page = await (await fetch(accounts)).text()
    expect(new URL(orders).origin).not.toBe(accounts)
    expect(page).toContain(`fetch('${orders}'`)
  })

  test('a token from one site is valid at the other, which only knows the first one’s JWK set', async () => {
    const { token } = (await (
      await fetch(`${accounts}/login`, { ...login, body: alice })
    ).json()) as { token: string }
    const headers = { authorization: `Bearer ${token}`, origin: accounts }
    const answer = await fetch(orders, { headers })
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { owner: 'alice', orders: ['tea', 'bread'] },
    ])
    expect(answer.headers.get('access-control-allow-origin')).toBe(accounts)
    const refused = await fetch(orders, { headers: { origin: accounts } })
    // The page may read the refusal too.
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
      401,
      accounts,
    ])
  })

  test('a preflight from the first site’s pages passes without a token, and any other is refused', async () => {
    const preflight = (origin: string) =>
      fetch(orders, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      })
    const own = await preflight(accounts)
    expect(own.status).toBe(204)
    expect(own.headers.get('access-control-allow-origin')).toBe(accounts)
    expect(own.headers.get('access-control-allow-headers')).toBe('authorization')
    expect(own.headers.get('vary')).toBe('origin')
    const other = await preflight('https://evil.example')
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([401, null])
  })
})

describe('npm run example', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const names = readdirSync(`${root}/examples`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'dist')
    .map(({ name }) => name)

  test('npm run example without a name lists every example, and exits with 2', () => {
    const { status, stderr } = spawnSync(process.execPath, [`${root}/tools/example.mjs`], {
      encoding: 'utf8',
    })
    expect(status).toBe(2)
    expect(
      stderr
        .split('\n')
        .slice(1)
        .map((line) => line.trim())
        .filter(Boolean),
    ).toEqual(names)
  })

  test('examples/README.md has a line for each example', () => {
    const page = readFileSync(`${root}/examples/README.md`, 'utf8')
    expect([...page.matchAll(/^\| `([\w-]+)` /gm)].map(([, name]) => name).sort()).toEqual(names)
  })

  test.each(names)('the files of the example %s have at most 40 lines', (name) => {
    for (const file of readdirSync(`${root}/examples/${name}`).filter((each) =>
      each.endsWith('.mjs'),
    )) {
      const lines = readFileSync(`${root}/examples/${name}/${file}`, 'utf8').trimEnd().split('\n')
      expect([file, lines.length <= 40]).toEqual([file, true])
    }
  })
})

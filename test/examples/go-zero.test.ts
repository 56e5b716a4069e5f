import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenSource } from '../../examples/go-zero-token/token-source.js'
import { createClient as createJwtClient } from '../../examples/go-zero-token/generated/client.js'
import { createClient as createUserClient } from '../../examples/go-zero-user/generated/client.js'
import { fromSession } from '../../src/client/index.js'
import { hmacKey } from '../../src/key/index.js'
import { createSigner } from '../../src/token/index.js'

const secret = randomBytes(32).toString('base64')

/** An access token that ran out an hour ago, as the example would have signed it. */
const expired = (issuer: string, audience: string) => {
  const iat = Math.floor(Date.now() / 1000) - 7200
  const key = hmacKey(Buffer.from(secret), 'HS256')
  const sign = createSigner({
    key,
    issuer,
    audience,
    expiresIn: '1h',
    typ: 'at+jwt',
    replaceable: ['iat', 'exp'],
  })
  return sign({ sub: '1', iat, exp: iat + 3600 })
}

interface Example {
  readonly url: string
  readonly curl: string
  readonly child: ChildProcess
}

async function start(name: string): Promise<Example> {
  const file = fileURLToPath(new URL(`../../tools/example.mjs`, import.meta.url))
  const child = spawn(process.execPath, [file, name], {
    env: { ...process.env, PORT: '0', ACCESS_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\/\/[\d.:]+/.exec(line)?.[0]
    if (url !== undefined) return { url, curl: line, child }
  }
  throw new Error(`the example ${name} ended`)
}

async function stop({ child }: Example): Promise<void> {
  child.kill()
  await once(child, 'exit')
}

/** Counts what goes to a path. */
function counting(path: string) {
  const seen = { count: 0 }
  const counted: typeof fetch = (input, init) => {
    if (String(input instanceof Request ? input.url : input).endsWith(path)) seen.count++
    return fetch(input, init)
  }
  return { seen, fetch: counted }
}

describe('examples/go-zero-user', () => {
  let example: Example
  beforeAll(async () => {
    example = await start('go-zero-user')
  }, 120_000)
  afterAll(() => stop(example))

  const login = (username = 'alice') =>
    createUserClient({ baseUrl: example.url }).login({ username, password: 'secret' })
  const as = async (username: string) => {
    const session = fromSession({ endpoint: `${example.url}/user/refresh` })
    await session.signIn({ ...(await login(username)) })
    return createUserClient({ baseUrl: example.url, source: session })
  }

  test('examples/go-zero-user opens the login, and guards the profile: 401 without a token, 200 with one', async () => {
    expect(example.curl).toContain('/user/login')
    const open = createUserClient({ baseUrl: example.url })
    await expect(open.getProfile({})).rejects.toMatchObject({ status: 401 })
    await expect(open.login({ username: 'alice', password: 'no' })).rejects.toMatchObject({
      status: 401,
      body: { reason: 'invalid_credentials' },
    })
    const alice = await as('alice')
    expect(await alice.getProfile({})).toEqual({ id: '1', name: 'alice' })
    expect(await alice.updateProfile({ name: 'Alice' })).toEqual({ id: '1', name: 'Alice' })
    expect(await alice.getProfile({})).toEqual({ id: '1', name: 'Alice' })
  })

  test('examples/go-zero-user shows others to an admin only', async () => {
    const [alice, bob] = [await as('alice'), await as('bob')]
    expect(await alice.getProfile({ targetId: '2' })).toEqual({ id: '2', name: 'bob' })
    await expect(bob.getProfile({ targetId: '1' })).rejects.toMatchObject({ status: 403 })
  })

  test('examples/go-zero-user lists all users only to a caller with the role that the .api file names', async () => {
    const [alice, bob] = [await as('alice'), await as('bob')]
    expect((await alice.listUsers()).map(({ id }) => id)).toEqual(['1', '2'])
    const refused = { status: 403, body: { reason: 'insufficient_scope' } }
    await expect(bob.listUsers()).rejects.toMatchObject(refused)
    const open = createUserClient({ baseUrl: example.url })
    await expect(open.listUsers()).rejects.toMatchObject({ status: 401 })
  })

  test('the client of go-zero-user refreshes an expired token once, however many calls wait', async () => {
    const { seen, fetch: counted } = counting('/user/refresh')
    const session = fromSession({ endpoint: `${example.url}/user/refresh`, fetch: counted })
    const accessToken = await expired('https://user-api.example', 'user-api')
    await session.signIn({ ...(await login()), accessToken })
    const alice = createUserClient({ baseUrl: example.url, source: session })
    const answers = await Promise.all([1, 2, 3].map(() => alice.getProfile({ targetId: '2' })))
    expect(answers).toEqual(Array(3).fill({ id: '2', name: 'bob' }))
    expect(seen.count).toBe(1)
  })

  test('examples/go-zero-user refuses an access token as a refresh token, and tokens of an ended session', async () => {
    const open = createUserClient({ baseUrl: example.url })
    const { accessToken, refreshToken } = await login()
    await expect(open.refreshToken({ refreshToken: accessToken })).rejects.toMatchObject({
      status: 401,
    })
    const held = createUserClient({
      baseUrl: example.url,
      source: { grant: () => Promise.resolve({ token: accessToken }) },
    })
    await held.logout()
    await expect(held.getProfile({})).rejects.toMatchObject({ status: 401 })
    await expect(open.refreshToken({ refreshToken })).rejects.toMatchObject({ status: 401 })
  })
})

describe('examples/go-zero-token', () => {
  let example: Example
  beforeAll(async () => {
    example = await start('go-zero-token')
  }, 120_000)
  afterAll(() => stop(example))

  const login = { userId: 'a', password: 'secret' }
  const info = (headers: Record<string, string>) =>
    fetch(`${example.url}/user/info`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"userId":"a"}',
    })

  test('examples/go-zero-token gives a token for a password, and takes it raw or with its scheme', async () => {
    expect(example.curl).toContain('/user/token')
    const client = createJwtClient({ baseUrl: example.url })
    await expect(client.jwt({ ...login, password: 'no' })).rejects.toMatchObject({ status: 401 })
    const before = Math.floor(Date.now() / 1000)
    const { access_token: token, access_expire, refresh_after } = await client.jwt(login)
    expect(access_expire - before - 604_800).toBeOneOf([0, 1, 2])
    expect(access_expire - refresh_after).toBe(302_400)
    expect((await info({})).status).toBe(401)
    for (const authorization of [token, `Bearer ${token}`]) {
      const answer = await info({ authorization })
      expect([answer.status, await answer.json()]).toEqual([200, { name: 'kim' }])
    }
    expect((await info({ authorization: `${token}x` })).status).toBe(401)
  })

  test('the client of go-zero-token refreshes a refused token once, however many calls wait', async () => {
    const { seen, fetch: counted } = counting('/user/token')
    const options = { baseUrl: example.url, fetch: counted }
    const source = tokenSource(createJwtClient(options), login)
    const stale = await expired('https://jwt-api.example', 'jwt-api')
    let asked = 0
    const client = createJwtClient({
      ...options,
      scheme: null,
      // As if the token had run out since it was given.
      source: { ...source, grant: () => Promise.resolve({ token: stale, number: asked++ }) },
    })
    const answers = await Promise.all([1, 2, 3].map(() => client.getUser({ userId: 'a' })))
    expect(answers).toEqual(Array(3).fill({ name: 'kim' }))
    expect([seen.count, asked]).toEqual([1, 3])
    await expect(client.getUser({ userId: 'b' })).rejects.toMatchObject({ status: 403 })
  })
})

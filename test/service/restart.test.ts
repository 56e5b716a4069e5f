import { once } from 'node:events'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import { testWithServices as test, type Own } from './own-services.js'
import { freePort, runService, type RunningService } from './running-service.js'

interface Pair {
  accessToken: string
  refreshToken: string
}

function configure(dataDir: string, port: number, more = ''): string {
  const path = join(dataDir, 'jotgate.yaml')
  const origin = `http://127.0.0.1:${String(port)}`
  writeFileSync(path, `issuer: ${origin}\naudience: jotgate-demo\nhosts: [auth.test]\n${more}`)
  return path
}

const post = (service: RunningService, path: string, body: unknown) =>
  fetch(service.origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const login = (service: RunningService, username: string, password: string) =>
  post(service, '/user/login', { username, password })
const profile = (service: RunningService, token: string) =>
  fetch(`${service.origin}/user/profile`, { headers: { authorization: `Bearer ${token}` } })

test.concurrent('a restart keeps keys, sessions and revocations', async ({ folder, start }) => {
  const dataDir = folder()
  const port = await freePort()
  const before = await start({ dataDir, port })
  const alive = (await (await login(before, 'alice', 'secret')).json()) as Pair
  const gone = (await (await login(before, 'alice', 'secret')).json()) as Pair
  await post(before, '/user/logout', { refreshToken: gone.refreshToken })
  expect(await before.stop()).toBe(0)

  const after = await start({ dataDir, port })
  expect((await profile(after, alive.accessToken)).status).toBe(200)
  expect((await post(after, '/user/refresh', { refreshToken: alive.refreshToken })).status).toBe(
    200,
  )
  expect((await profile(after, gone.accessToken)).status).toBe(401)
  expect((await post(after, '/user/refresh', { refreshToken: gone.refreshToken })).status).toBe(401)
})

test.concurrent('a restart after kill -9 keeps a session too', async ({ folder, start }) => {
  const dataDir = folder()
  const port = await freePort()
  const before = await start({ dataDir, port })
  const pair = (await (await login(before, 'alice', 'secret')).json()) as Pair
  const next = (await (
    await post(before, '/user/refresh', { refreshToken: pair.refreshToken })
  ).json()) as Pair
  await before.stop('SIGKILL')

  const after = await start({ dataDir, port })
  expect((await post(after, '/user/refresh', { refreshToken: next.refreshToken })).status).toBe(200)
})

test.concurrent(
  'a restart with a configuration ends the demo: her password, her refresh and her access token',
  async ({ folder, start }) => {
    const dataDir = folder()
    const port = await freePort()
    const demo = await start({ dataDir, port })
    const pair = (await (await login(demo, 'alice', 'secret')).json()) as Pair
    await demo.stop()

    const real = await start({ dataDir, port, env: { JOTGATE_CONFIG: configure(dataDir, port) } })
    expect(real.output()).not.toContain('alice')
    expect((await login(real, 'alice', 'secret')).status).toBe(401)
    expect((await post(real, '/user/refresh', { refreshToken: pair.refreshToken })).status).toBe(
      401,
    )
    expect((await profile(real, pair.accessToken)).status).toBe(401)
  },
)

test.concurrent(
  'a restart keeps users and what they changed about themselves',
  async ({ folder, start }) => {
    const dataDir = folder()
    const port = await freePort()
    const password = 'a long and quiet river'
    const added = await runService(
      { DATA_DIR: dataDir },
      ['user', 'add', 'Bob', 'editor'],
      `${password}\n`,
    )
    // Node 22 adds that its SQLite is experimental.
    expect(added).toEqual({ code: 0, output: expect.stringContaining('added Bob\n') })
    const env = { JOTGATE_CONFIG: configure(dataDir, port) }

    const before = await start({ dataDir, port, env })
    const pair = (await (await login(before, 'bob', password)).json()) as Pair
    const changed = await fetch(`${before.origin}/user/profile`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${pair.accessToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ displayName: 'Bob B.', email: 'bob@example.com' }),
    })
    expect(changed.status).toBe(200)
    await before.stop()

    const after = await start({ dataDir, port, env })
    const again = (await (await login(after, 'BOB', password)).json()) as Pair
    expect(await (await profile(after, again.accessToken)).json()).toMatchObject({
      username: 'bob',
      displayName: 'Bob B.',
      email: 'bob@example.com',
      roles: ['editor'],
    })
  },
)

test.concurrent('the configured host name is served beside loopback', async ({ folder, start }) => {
  const dataDir = folder()
  const port = await freePort()
  const service = await start({
    dataDir,
    port,
    env: { JOTGATE_CONFIG: configure(dataDir, port) },
  })
  const { get } = await import('node:http')
  const status = (host: string) =>
    new Promise((resolve, reject) => {
      get({ port: service.port, path: '/healthz', headers: { host } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      }).on('error', reject)
    })
  expect(await status('auth.test')).toBe(200)
  expect(await status('auth.test:443')).toBe(200)
  expect(await status('other.test')).toBe(421)
})

/** As real as the clock of the service. */
const graceOver = () => new Promise((resolve) => setTimeout(resolve, 2500))
const signedIn = async ({ folder, start }: Own, policy: string) => {
  const dataDir = folder()
  const port = await freePort()
  const password = 'a long and quiet river'
  await runService({ DATA_DIR: dataDir }, ['user', 'add', 'bob'], password)
  const env = { JOTGATE_CONFIG: configure(dataDir, port, policy) }
  const service = await start({ dataDir, port, env })
  const first = (await (await login(service, 'bob', password)).json()) as Pair
  const refresh = ({ refreshToken }: Pair) => post(service, '/user/refresh', { refreshToken })
  const second = (await (await refresh(first)).json()) as Pair
  await graceOver()
  return { service, first, second, refresh }
}
const oldToken = async (own: Own, policy: string) => {
  const { service, first, second, refresh } = await signedIn(own, policy)
  return { service, second, again: await refresh(first) }
}

test.concurrent(
  'a refresh token that has been used is refused after the grace where nothing is recovered, and its session has ended',
  async ({ own }) => {
    const { service, second, again } = await oldToken(own, 'grace: 1s\nrecoverWithin: 0\n')
    expect(again.status).toBe(401)
    expect(await again.json()).toMatchObject({ reason: 'invalid_grant' })
    expect((await profile(service, second.accessToken)).status).toBe(401)
    const successor = await post(service, '/user/refresh', { refreshToken: second.refreshToken })
    expect(successor.status).toBe(401)
    expect(service.output()).toContain('a refresh token came twice')
  },
)

test.concurrent(
  'a refresh token that has been used, and its successor too, ends the session and its access tokens',
  async ({ own }) => {
    const { service, first, second, refresh } = await signedIn(
      own,
      'grace: 1s\nrecoverWithin: 1h\n',
    )
    const third = (await (await refresh(second)).json()) as Pair
    expect(third.refreshToken).not.toBe(second.refreshToken)
    const reused = await refresh(first)
    expect(reused.status).toBe(401)
    expect(await reused.json()).toMatchObject({ reason: 'invalid_grant' })
    expect((await refresh(third)).status).toBe(401)
    expect((await profile(service, third.accessToken)).status).toBe(401)
  },
)

test.concurrent(
  'a refresh token that has been used recovers its session after the grace by default',
  async ({ own }) => {
    const { service, second, again } = await oldToken(own, 'grace: 1s\n')
    expect(again.status).toBe(200)
    const successor = await post(service, '/user/refresh', { refreshToken: second.refreshToken })
    expect(successor.status).toBe(401)
  },
)

/** In one line that says why, and no value. */
const refusal = async (dataDir: string, env: Record<string, string>) => {
  const { code, output } = await runService({ DATA_DIR: dataDir, ...env })
  expect(code).toBe(1)
  expect(output).not.toMatch(/\n\s+at /)
  return output
}

test.concurrent(
  'the service does not start on another address than loopback without a configuration',
  async ({ folder }) => {
    expect(await refusal(folder(), { HOST: '0.0.0.0' })).toContain('JOTGATE_CONFIG')
  },
)

test.concurrent(
  'the service does not start with a port that is none, and does not repeat it',
  async ({ folder }) => {
    expect(await refusal(folder(), { PORT: 'canary' })).toMatch(/PORT must be(?!.*canary)/)
  },
)

test.concurrent(
  'the service does not start with a configuration that is not there, not YAML, or full of faults',
  async ({ folder }) => {
    expect(await refusal(folder(), { JOTGATE_CONFIG: '/nonexistent' })).toContain('cannot be read')
    const dataDir = folder()
    const path = join(dataDir, 'c.yaml')
    writeFileSync(path, 'a: b: canary')
    expect(await refusal(folder(), { JOTGATE_CONFIG: path })).toMatch(
      /not YAML: line 1(?!.*canary)/,
    )
    writeFileSync(path, 'issuer: canary\naudience: ""\nhosts: []\naccessExpire: canary\nextra: 1\n')
    const output = await refusal(folder(), { JOTGATE_CONFIG: path })
    for (const field of ['issuer', 'audience', 'hosts', 'accessExpire'])
      expect(output).toContain(field)
    expect(output).not.toContain('canary')
  },
)

test.concurrent(
  'the service does not start with a key file that others can read',
  async ({ folder, start }) => {
    const dataDir = folder()
    const first = await start({ dataDir })
    await first.stop()
    chmodSync(join(dataDir, 'keys', 'ring.key'), 0o644)
    const { code, output } = await runService({ DATA_DIR: dataDir, PORT: String(await freePort()) })
    expect(code).toBe(1)
    expect(output).toContain('can be read by others')
  },
)

test.concurrent('the service does not start on a port that is taken', async ({ folder }) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  try {
    const { code, output } = await runService({ DATA_DIR: folder(), PORT: String(port) })
    expect(code).toBe(1)
    expect(output).toContain('EADDRINUSE')
  } finally {
    server.close()
  }
})

const add = (dataDir: string, args: string[], password: string) =>
  runService({ DATA_DIR: dataDir }, ['user', 'add', ...args], password)

test.concurrent(
  'adding a user asks for 15 characters and a plain name, and takes a name once',
  async ({ folder }) => {
    expect(await add(folder(), ['carol'], 'short')).toMatchObject({ code: 1 })
    expect(await add(folder(), ['car ol'], 'a long and quiet river')).toMatchObject({ code: 1 })
    const dataDir = folder()
    expect(await add(dataDir, ['carol'], 'a long and quiet river')).toMatchObject({ code: 0 })
    expect(await add(dataDir, ['Carol'], 'a long and quiet river')).toMatchObject({ code: 1 })
    // Whoever only looks after users has no business with the keys that tokens are signed with.
    expect(existsSync(join(dataDir, 'jotgate.db'))).toBe(true)
    expect(existsSync(join(dataDir, 'keys', 'ring.key'))).toBe(false)
  },
)

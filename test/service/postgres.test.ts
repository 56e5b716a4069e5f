import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { freePort, runService, temporaryFolder } from './running-service.js'
import { startTwo, type TwoProcesses } from './two-processes.js'

interface Pair {
  accessToken: string
  refreshToken: string
}

const folders: { remove(): void }[] = []
/** A folder that is gone after the last test. */
function folder(): string {
  const made = temporaryFolder()
  folders.push(made)
  return made.path
}

const [name, password] = ['bob', 'a long and quiet river'] as const

let postgres: PostgresServer
let two: TwoProcesses
beforeAll(async () => {
  postgres = await startPostgres()
  two = await startTwo({
    database: postgres.url,
    folder,
    user: { args: [name, 'admin'], password },
  })
})
afterAll(async () => {
  for (const service of [two.a, two.b]) await service.stop()
  await postgres.stop()
  for (const made of folders) made.remove()
})

const post = (origin: string, path: string, body: unknown) =>
  fetch(origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const bearer = ({ accessToken }: Pair) => ({ headers: { authorization: `Bearer ${accessToken}` } })
const refresh = (origin: string, { refreshToken }: Pair) =>
  post(origin, '/user/refresh', { refreshToken })
const profile = (origin: string, pair: Pair) => fetch(`${origin}/user/profile`, bearer(pair))

describe('two processes over one PostgreSQL', () => {
  test('two processes over one PostgreSQL are one service: keys, sessions, and what is no longer good', async () => {
    const { a, b } = two
    const first = (await (
      await post(a.origin, '/user/login', { username: name, password })
    ).json()) as Pair
    expect((await profile(b.origin, first)).status).toBe(200)
    const refreshed = await refresh(b.origin, first)
    expect(refreshed.status).toBe(200)
    const second = (await refreshed.json()) as Pair
    expect((await profile(a.origin, second)).status).toBe(200)
    const sets = await Promise.all(
      [a, b].map(async ({ origin }) => (await fetch(`${origin}/.well-known/jwks.json`)).text()),
    )
    expect(sets[0]).toBe(sets[1])
    expect(JSON.parse(sets[0] ?? '')).toMatchObject({
      keys: [
        { kty: 'EC', use: 'sig' },
        { kty: 'EC', use: 'sig' },
      ],
    })

    expect(
      (await fetch(`${a.origin}/user/logout`, { method: 'POST', ...bearer(second) })).status,
    ).toBeLessThan(300)
    await expect.poll(async () => (await profile(b.origin, second)).status).toBe(401)
    expect((await refresh(b.origin, second)).status).toBe(401)
  })

  test('two processes over one PostgreSQL know no session by a name that PostgreSQL has no text for', async () => {
    const { origin } = two.a
    const login = await post(origin, '/user/login', { username: name, password })
    const own = bearer((await login.json()) as Pair)
    for (const path of ['/admin/sessions/%00', '/admin/sessions/a%00b', '/user/sessions/%00']) {
      const { status } = await fetch(origin + path, { method: 'DELETE', ...own })
      expect([path, status]).toEqual([path, 404])
    }
  })

  test('two processes over one PostgreSQL refuse to start with another key of the key ring, and say so', async () => {
    const other = { ...two.env, RING_KEY: randomBytes(32).toString('base64') }
    const port = String(await freePort())
    const { code, output } = await runService({ ...other, DATA_DIR: folder(), PORT: port })
    expect(code).toBe(1)
    expect(output).toMatch(/key/)
    expect(output).not.toContain(other.RING_KEY)
  })
})

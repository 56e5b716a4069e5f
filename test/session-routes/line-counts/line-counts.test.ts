import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../setup/server.js'
import { compileSnippets, snippetFolder } from '../../setup/snippets.js'

// Programs with login, refresh, logout, a guarded route and a role: how long they are, and that they work.
const folder = snippetFolder(`line-counts-${String(process.pid)}`)
const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const servers = ['express.ts', 'fastify.ts']
let child: ChildProcess | undefined

beforeAll(() => {
  const names = [...servers, 'users.ts']
  const files = Object.fromEntries(names.map((name) => [name, read(name)]))
  expect(compileSnippets(folder, files)).toEqual([])
})
afterEach(async () => {
  if (child?.kill() === true) await once(child, 'exit')
  child = undefined
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test.each(servers)('the server in %s has at most 25 lines, imports counted', (name) => {
  const lines = read(name)
    .split('\n')
    .filter((line) => line.trim() !== '')
  expect(lines.length).toBeGreaterThan(10)
  expect(lines.length).toBeLessThanOrEqual(25)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
})

/** Starts a server; its origin. */
async function start(name: string): Promise<string> {
  const port = String(await freePort())
  child = spawn(process.execPath, [folder + name.replace('.ts', '.js')], {
    env: { PATH: process.env['PATH'], PORT: port, AUTH_SECRET: randomBytes(32).toString('base64') },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const origin = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    try {
      await fetch(`${origin}/orders`)
      return origin
    } catch (error) {
      if (tries > 1000) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

test.each(servers)(
  'the server in %s logs in, refreshes, guards a route, asks for a role and logs out',
  async (name) => {
    const origin = await start(name)
    const post = (route: string, body: object) =>
      fetch(`${origin}/auth/${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const statuses = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      const answers = ['/orders', '/admin'].map((path) => fetch(origin + path, { headers }))
      return (await Promise.all(answers)).map(({ status }) => status)
    }
    const logIn = async (username: string) =>
      (await (await post('login', { username, password: 'secret' })).json()) as Record<
        string,
        string
      >
    expect(await statuses('none')).toEqual([401, 401])
    expect((await post('login', { username: 'alice', password: 'guess' })).status).toBe(401)
    expect((await fetch(`${origin}/auth/login`, { method: 'POST' })).status).toBe(400)
    const [alice, bob] = [await logIn('alice'), await logIn('bob')]
    expect(await statuses(alice['accessToken'] ?? '')).toEqual([200, 200])
    expect(await statuses(bob['accessToken'] ?? '')).toEqual([200, 403])
    const refreshed = await post('refresh', { refreshToken: alice['refreshToken'] })
    const next = (await refreshed.json()) as Record<string, string>
    expect((await post('logout', { refreshToken: next['refreshToken'] })).status).toBe(204)
    expect(await statuses(next['accessToken'] ?? '')).toEqual([401, 401])
    expect((await post('refresh', { refreshToken: next['refreshToken'] })).status).toBe(401)
  },
)

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { pair, sign } from '../setup/page-signer.js'
import { compileSnippets, snippetFolder } from '../setup/snippets.js'
import { freePort } from '../service/running-service.js'

const folder = snippetFolder('framework-snippets')
const page = readFileSync(new URL('../../docs/frameworks.md', import.meta.url), 'utf8')
const overHttp = ['node:http', 'Express', 'Fastify', 'Koa', 'Hono', 'Any Fetch handler', 'NestJS']
const guarded = [...overHttp, 'gRPC', 'Connect']
let child: ChildProcess | undefined

/** What generators make of a .proto file, as far as the snippets need it: the page has it in comments. */
const generated = Object.fromEntries(
  [...page.matchAll(/```ts file=(\w+\.d\.ts)\n([^]*?)```/g)].map(([, name, code]) => [name, code]),
) as Record<string, string>

beforeAll(() => {
  const others = ['Roles and scopes', 'Streams that outlive their token']
  const snippets = ['Guarding each framework', ...guarded, ...others]
  const files = Object.fromEntries(snippets.map((title) => [fileOf(title), snippetOf(title)]))
  expect(Object.values(files)).toHaveLength(12)
  expect(Object.keys(generated)).toEqual(['users.d.ts', 'users_pb.d.ts'])
  expect(compileSnippets(folder, { ...generated, ...files })).toEqual([])
})
afterEach(async () => {
  if (child?.kill() === true) await once(child, 'exit')
  child = undefined
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function fileOf(title: string): string {
  if (title === 'Guarding each framework') return 'gate.ts'
  return `${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.ts`
}

/** The first fenced ts block below a heading. */
function snippetOf(title: string): string {
  const start = page.search(new RegExp(`^#+ ${title}$`, 'm'))
  const [, code = ''] = /```ts(?: file=gate.ts)?\n([^]*?)```/.exec(page.slice(start)) ?? []
  expect([title, start >= 0, code === '']).toEqual([title, true, false])
  return code
}

test.each(guarded)('the snippet for %s protects a route in at most ten lines', (title) => {
  const lines = snippetOf(title)
    .split('\n')
    .filter((line) => line !== '')
  expect(lines.length).toBeLessThanOrEqual(10)
  expect(lines.join()).toMatch(/from 'jotgate\//)
})

/** Starts a snippet on a free port; its origin. */
async function start(title: string): Promise<string> {
  const port = await freePort()
  const file = folder + fileOf(title).replace('.ts', '.js')
  writeFileSync(file, readFileSync(file, 'utf8').replace('3000', String(port)))
  child = spawn(process.execPath, [file], {
    env: { PATH: process.env['PATH'], PUBLIC_KEY: pair.publicKey },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return `http://127.0.0.1:${String(port)}`
}

test.each(overHttp)('the snippet for %s guards its route', async (title) => {
  const url = `${await start(title)}/me`
  const refused = await firstAnswer(url)
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="api"')
  const headers = { authorization: `Bearer ${await sign({ sub: 'user-1' })}` }
  const answer = await fetch(url, { headers })
  expect([answer.status, await answer.json()]).toEqual([200, { subject: 'user-1' }])
})

test('a gate that requires a role refuses callers without it', async () => {
  const origin = await start('Roles and scopes')
  expect((await firstAnswer(`${origin}/users`)).status).toBe(401)
  const ask = async (path: string, role: object) => {
    const token = await sign({ sub: 'user-1', ...role })
    const answer = await fetch(origin + path, { headers: { authorization: `Bearer ${token}` } })
    return [answer.status, answer.status === 200 ? await answer.json() : undefined]
  }
  expect(await ask('/me', { role: 'reader' })).toEqual([200, { subject: 'user-1' }])
  expect(await ask('/users', { role: 'reader' })).toEqual([403, undefined])
  expect(await ask('/users', { role: 'admin' })).toEqual([200, { by: 'user-1' }])
  expect(await ask('/users', { roles: ['reader', 'admin'] })).toEqual([200, { by: 'user-1' }])
})

/** Asks until somebody listens. */
async function firstAnswer(url: string): Promise<Response> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await fetch(url)
    } catch (error) {
      if (tries > 1000) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

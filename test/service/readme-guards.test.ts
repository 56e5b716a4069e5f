import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { pair, sign } from '../setup/page-signer.js'
import { compileSnippets, snippetFolder } from '../setup/snippets.js'
import { freePort } from './running-service.js'

const folder = snippetFolder('readme-snippets')
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
let child: ChildProcess | undefined

afterEach(() => {
  child?.kill()
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** The first fenced ts block after a line of the README. */
function snippetAfter(line: string): string {
  const [, code = ''] = /```ts\n([^]*?)```/.exec(readme.slice(readme.indexOf(line))) ?? []
  return code
}

/** Compiles as a strict reader would, and gives back what runs. */
function compile(name: string, code: string): string {
  expect(compileSnippets(folder, { [`${name}.mts`]: code })).toEqual([])
  return readFileSync(`${folder}${name}.mjs`, 'utf8')
}

async function run(name: string, source: string): Promise<string> {
  const port = await freePort()
  const code = compile(name, source)
  writeFileSync(`${folder}${name}.mjs`, code.replace('3000', String(port)))
  child = spawn(process.execPath, [`${folder}${name}.mjs`], {
    env: { PATH: process.env['PATH'], PUBLIC_KEY: pair.publicKey },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return `http://127.0.0.1:${String(port)}`
}

async function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  for (let tries = 0; ; tries++) {
    try {
      return await fetch(url, { headers })
    } catch (error) {
      if (tries > 1000) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

test.each(['Express', 'Fastify'])('the %s snippet guards its route', async (name) => {
  const code = snippetAfter(`In ${name}:`)
  expect(code).toContain(name.toLowerCase())
  expect(code.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(10)
  const url = `${await run(name.toLowerCase(), code)}/me`
  const refused = await get(url)
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/)
  const answer = await get(url, { authorization: `Bearer ${await sign({ sub: 'user-1' })}` })
  expect(answer.status).toBe(200)
  expect(await answer.json()).toEqual({ subject: 'user-1' })
})

describe('sessions of your own', () => {
  const send = (url: string, body: unknown) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  test('log in, refresh, log out, and tell the caller no more than it may know', async () => {
    const origin = await run('sessions', snippetAfter('## Sessions of your own'))
    await get(origin) // until it listens
    const login = await send(`${origin}/login`, {})
    const { refreshToken } = (await login.json()) as { refreshToken: string }
    const refreshed = await send(`${origin}/refresh`, { refreshToken })
    expect(refreshed.status).toBe(200)
    const next = (await refreshed.json()) as { refreshToken: string }
    expect((await send(`${origin}/logout`, next)).status).toBe(204)
    const refused = await send(`${origin}/refresh`, next)
    expect(refused.status).toBe(401)
    const text = await refused.text()
    expect(JSON.parse(text)).toMatchObject({ status: 401, reason: 'invalid_grant' })
    expect(text).not.toContain('REFRESH_')
  })
})

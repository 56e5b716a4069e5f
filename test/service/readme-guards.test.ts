import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
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

const snippets = {
  express: snippetAfter('In Express:'),
  fastify: snippetAfter('In Fastify:'),
  claims: snippetAfter('Claims are `unknown`'),
}

beforeAll(() => {
  // All at once, as a strict reader would: most of the time goes into the types of the packages.
  const files = Object.entries(snippets).map(([name, code]) => [`${name}.mts`, code] as const)
  expect(compileSnippets(folder, Object.fromEntries(files))).toEqual([])
})

async function run(name: keyof typeof snippets): Promise<string> {
  const port = await freePort()
  const code = readFileSync(`${folder}${name}.mjs`, 'utf8')
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

test.each(['express', 'fastify'] as const)('the %s snippet guards its route', async (name) => {
  const code = snippets[name]
  expect(code).toContain(name)
  expect(code.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(10)
  const url = `${await run(name)}/me`
  const refused = await get(url)
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/)
  const answer = await get(url, { authorization: `Bearer ${await sign({ sub: 'user-1' })}` })
  expect(answer.status).toBe(200)
  expect(await answer.json()).toEqual({ subject: 'user-1' })
})

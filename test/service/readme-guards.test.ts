import { spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createSigner, privateKey } from '../../src/core/index.js'
import { freePort } from './running-service.js'

// Inside the repository, so that the snippets find `jotgate` and their framework by name.
const folder = fileURLToPath(new URL('../../.cache/readme-snippets/', import.meta.url))
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const pair = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const sign = createSigner({
  key: privateKey(pair.privateKey, 'ES256'),
  issuer: 'https://auth.example',
  audience: 'api',
  expiresIn: '15m',
})
let child: ChildProcess | undefined

afterEach(() => {
  child?.kill()
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** The first fenced js block after a line of the README. */
function snippetAfter(line: string): string {
  const [, code = ''] = /```js\n([^]*?)```/.exec(readme.slice(readme.indexOf(line))) ?? []
  return code
}

async function run(name: string, code: string): Promise<string> {
  const port = await freePort()
  mkdirSync(folder, { recursive: true })
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
      if (tries > 100) throw error
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

import { readFileSync, rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type Hono } from 'hono'
import { createVerifier, publicKey, type Verifier } from 'jotgate'
import { afterAll, expect, test } from 'vitest'
import { readPage } from '../../tools/docs/page.mjs'
import { pair, sign } from '../setup/page-signer.js'
import { emitSnippets, snippetFolder } from '../setup/snippets.js'

const path = 'docs/which-mode.md'
const { blocks } = readPage(path, readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))
const folder = snippetFolder(`which-mode-${String(process.pid)}`)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('the API of the page answers its configured origin alone, preflights and refusals too', async () => {
  const programs = blocks.filter(({ code }) => code.includes('hono/cors'))
  expect(programs).toHaveLength(1)
  emitSnippets(folder, { 'api.ts': programs[0]?.code ?? '' })
  const made = (await import(pathToFileURL(`${folder}api.js`).href)) as {
    api: (verify: Verifier) => Hono
  }
  const keys = publicKey(pair.publicKey, 'ES256')
  const expected = { issuer: 'https://auth.example', audience: 'api' }
  const app = made.api(createVerifier({ keys, algorithms: ['ES256'], ...expected }))
  const page = 'https://shop.example'
  const ask = (headers: Record<string, string>, method = 'GET') =>
    app.request('https://api.example/me', { method, headers })
  const token = await sign({ sub: 'alice' })
  const answers = [
    await ask({ origin: page, 'access-control-request-method': 'GET' }, 'OPTIONS'),
    await ask({ origin: page, authorization: `Bearer ${token}` }),
    await ask({ origin: page, authorization: 'Bearer x' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([204, 200, 401])
  for (const { headers } of answers) {
    expect(headers.get('access-control-allow-origin')).toBe(page)
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    expect(headers.get('vary')).toMatch(/Origin/)
  }
  for (const { headers } of answers.slice(1))
    expect(headers.get('access-control-expose-headers')).toBe('www-authenticate,retry-after')
  for (const origin of ['https://evil.example', 'null', `${page}.`, 'https://SHOP.example']) {
    const { headers } = await ask({ origin, authorization: `Bearer ${token}` })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
})

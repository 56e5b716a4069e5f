import { readFileSync, rmSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { clientErrors } from '../../src/client/index.js'
import { compileSnippets, snippetFolder } from '../setup/snippets.js'

const folder = snippetFolder('client-snippets')
const page = readFileSync(new URL('../../docs/client.md', import.meta.url), 'utf8')

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('every snippet of the page compiles, as a strict reader would', () => {
  const snippets = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => code)
  expect(snippets).toHaveLength(7)
  const files = Object.fromEntries(snippets.map((code, at) => [`snippet-${String(at)}.ts`, code]))
  expect(compileSnippets(folder, files)).toEqual([])
})

test('the page speaks of no error that there is not', () => {
  const named = [...page.matchAll(/`([A-Z]+_[A-Z]+)`/g)].map(([, code = '']) => code)
  expect(new Set(named).size).toBeGreaterThanOrEqual(6)
  expect(named.filter((code) => !Object.hasOwn(clientErrors, code))).toEqual([])
})

import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPage } from '../../tools/docs/page.mjs'
import { snippetFolder } from '../setup/snippets.js'

const path = 'docs/testing.md'
const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const programs = readPage(path, text).blocks.flatMap(({ info, code }) => {
  const file = info.find((word) => word.startsWith('file='))?.slice('file='.length)
  return file === undefined ? [] : [{ file: file.replace('.ts', '.mjs'), code }]
})
const folder = `${snippetFolder('testing')}${String(process.pid)}/`

beforeAll(() => {
  mkdirSync(folder, { recursive: true })
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  for (const { file, code } of programs)
    writeFileSync(folder + file, ts.transpileModule(code, { compilerOptions }).outputText)
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('the page has four programs', () => {
  expect(programs).toHaveLength(4)
})

test.each(programs)('$file passes, and has tests', async ({ file }) => {
  const args = ['--test-reporter=tap', folder + file]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout).toMatch(/^# pass [1-9]/m)
  expect(stdout).toMatch(/^# fail 0$/m)
})

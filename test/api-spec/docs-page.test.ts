import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formatApi } from '../../src/api-spec/format/format.js'
import { generate } from '../../src/api-spec/generate/generate.js'
import { parseApi } from '../../src/api-spec/language/parse.js'
import { readPage } from '../../tools/docs/page.mjs'

const page = 'docs/api-language.md'
const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')

test('every service on the page about the language is complete, has no warning, and is laid out as the formatter does', () => {
  const services = readPage(page, text).blocks.filter(
    ({ info: [language = ''], code }) => language === '' && code.includes('@handler '),
  )
  // The grammar is no service.
  const files = services.filter(({ code }) => !code.includes('file      ='))
  expect(files.length).toBeGreaterThanOrEqual(6)
  for (const { code } of files) {
    const result = parseApi(code)
    expect(result.diagnostics, code).toEqual([])
    if (result.ok) expect(generate(result.spec).length).toBeGreaterThan(5)
    expect(formatApi(code), code).toMatchObject({ ok: true, text: code })
  }
})

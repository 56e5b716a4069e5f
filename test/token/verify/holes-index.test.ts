import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const page = readFileSync(new URL('docs/known-holes.md', root), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => /^\| .*(test|tools)\//.test(line))
  .map((line) => {
    const [, hole = '', file = '', text = ''] = line.split('|').map((cell) => cell.trim())
    return { hole, file, text }
  })

describe('the page of known holes', () => {
  test('the page of known holes has rows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(17)
  })

  test.each(rows)('$hole is tried where the page says', ({ file, text }) => {
    const content = readFileSync(fileURLToPath(new URL(file, root)), 'utf8')
    expect(text.length).toBeGreaterThan(8) // a word would stand anywhere
    expect(content).toContain(text)
  })

  test('every advisory of the tests that are named after one stands there once, with no typing error', () => {
    const named = ['holes.test.ts', 'holes-keys.test.ts'].flatMap(
      (file) => readFileSync(new URL(file, import.meta.url), 'utf8').match(/(CVE|GHSA)-\S*/g) ?? [],
    )
    expect(named.length).toBeGreaterThanOrEqual(45)
    for (const id of named)
      expect(id).toMatch(/^(CVE-\d{4}-\d{4,}|GHSA(-[23456789cfghjmpqrvwx]{4}){3})\W*$/)
  })
})

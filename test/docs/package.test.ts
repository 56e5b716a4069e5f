import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('the page on the package lists every name of jotgate by task, each once, and no other', () => {
  const snapshot = JSON.parse(read('test/exports.snapshot.json')) as Record<
    string,
    { values: string[]; types: string[] }
  >
  const { values = [], types = [] } = snapshot['.'] ?? {}
  const [, section = ''] =
    /## What to import for what\n([^]*?)\n## /.exec(read('docs/package.md')) ?? []
  const rows = section.split('\n').filter((line) => line.startsWith('| ') && line.includes('`'))
  const listed = rows
    .slice(1)
    .flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map(([, name = '']) => name))
  expect(listed.sort()).toEqual([...values, ...types].sort())
})

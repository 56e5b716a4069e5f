import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { apiReference } from '../../tools/setup/api-reference.mjs'
import { entryPoints } from '../../tools/setup/entry-points.mjs'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('the reference has every public name of every subpath, with what its docstring says', () => {
  const snapshot = JSON.parse(read('test/exports.snapshot.json')) as Record<
    string,
    { values: string[]; types: string[] }
  >
  const pages = apiReference(entryPoints())
  expect(pages).toHaveLength(Object.keys(snapshot).length)
  for (const { subpath, text } of pages) {
    const { values = [], types = [] } = snapshot[subpath.replace('jotgate', '.')] ?? {}
    const told = [...text.matchAll(/^## (\S+)\n\n(.*)/gm)]
    expect(told.map(([, name]) => name).sort()).toEqual([...values, ...types].sort())
    expect(
      told.filter(([, , said = '']) => said.startsWith('```')).map(([, name]) => name),
    ).toEqual([])
  }
})

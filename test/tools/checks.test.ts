import { describe, expect, it } from 'vitest'
import { rules, unlisted } from '../../tools/layers/rules.mjs'
import { outside, table } from '../../tools/layers/table.mjs'
import { difference } from '../../tools/setup/public-exports.mjs'
import { lockProblems, tracesOfMachine } from '../../tools/setup/traces.mjs'

describe('the import table', () => {
  it('every row of the import table, and every folder outside it, becomes a rule', () => {
    const names = rules().map((rule) => rule.name)
    for (const { from } of table) expect(names).toContain(`layer ${from}`)
    for (const folder of outside) expect(names).toContain(`by name ${folder}`)
  })

  it('a folder that the import table does not list is reported', () => {
    expect(unlisted(['src/key/key.ts', 'src/helpers/a.ts', 'test/a.ts'])).toEqual([
      'src/helpers/a.ts',
    ])
  })
})

describe('the snapshot of public exports', () => {
  const before = { '.': { values: ['a', 'b'], types: ['T'] } }

  it('the difference of two snapshots shows added names, removed names, and a type that became a value', () => {
    const after = { '.': { values: ['a', 'c', 'T'], types: [] } }
    expect(difference(before, after)).toEqual(['+ . c', '+ . T', '- . b', '- . type T'])
  })

  it('the difference of equal snapshots is empty', () => {
    expect(difference(before, before)).toEqual([])
  })
})

describe('traces of one machine', () => {
  const path = (...parts: string[]) => ['', ...parts, ''].join('/')

  it.each([
    ['a home folder', `see ${path('home', 'someone', 'project')}`],
    ['the folder of one machine', `cd ${path('work', 'main')}`],
    ['a package registry', `https://${['registry', 'npmjs', 'org'].join('.')}/x`],
  ])('a trace of one machine is found: %s', (what, text) => {
    expect(tracesOfMachine(`first line\n${text}`)).toEqual([{ line: 2, what }])
  })

  it('a text without a trace of one machine has no findings', () => {
    expect(tracesOfMachine('docs/work/notes.md, http://127.0.0.1:8888/user/login')).toEqual([])
  })

  it('a lock file that names a registry, or a package with an install script, is reported', () => {
    const packages = {
      'node_modules/a': { resolved: 'https://example.test/a.tgz' },
      'node_modules/b': { hasInstallScript: true },
      'node_modules/c': { resolved: 'apps/c', link: true },
    }
    expect(lockProblems({ packages })).toEqual([
      'package-lock.json: node_modules/a names a registry',
      'package-lock.json: node_modules/b has an install script',
    ])
  })
})

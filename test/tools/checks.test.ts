import { describe, expect, it } from 'vitest'
import { rules, unlisted } from '../../tools/layers/rules.mjs'
import { outside, table } from '../../tools/layers/table.mjs'
import { codeLines } from '../../tools/setup/code-lines.mjs'
import { difference } from '../../tools/setup/public-exports.mjs'
import { lockProblems, tracesOfMachine } from '../../tools/setup/traces.mjs'

describe('the lines of code in a file', () => {
  it('are those that are neither blank nor comment only', () => {
    const text = `/**
 * What it is for.
 */
export const a = 1 // one

// why
const b = \`first
\${a}
last\`
`
    expect(codeLines(text)).toBe(4)
  })

  it('do not end at a comment inside a string', () => {
    expect(codeLines("const a = '/*'\nconst b = 1\nconst c = '*/'\n")).toBe(3)
  })
})

describe('the import table', () => {
  it('gives every row and every folder outside a rule', () => {
    const names = rules().map((rule) => rule.name)
    for (const { from } of table) expect(names).toContain(`layer ${from}`)
    for (const folder of outside) expect(names).toContain(`by name ${folder}`)
  })

  it('speaks of every folder, or the folder is reported', () => {
    expect(unlisted(['src/key/key.ts', 'src/helpers/a.ts', 'test/a.ts'])).toEqual([
      'src/helpers/a.ts',
    ])
  })
})

describe('the snapshot of public exports', () => {
  const before = { '.': { values: ['a', 'b'], types: ['T'] } }

  it('shows a name that came, one that went, and a type that became a value', () => {
    const after = { '.': { values: ['a', 'c', 'T'], types: [] } }
    expect(difference(before, after)).toEqual(['+ . c', '+ . T', '- . b', '- . type T'])
  })

  it('shows nothing when nothing changed', () => {
    expect(difference(before, before)).toEqual([])
  })
})

describe('traces of one machine', () => {
  const path = (...parts: string[]) => ['', ...parts, ''].join('/')

  it.each([
    ['a home folder', `see ${path('home', 'someone', 'project')}`],
    ['the folder of one machine', `cd ${path('work', 'main')}`],
    ['a package registry', `https://${['registry', 'npmjs', 'org'].join('.')}/x`],
  ])('are found: %s', (what, text) => {
    expect(tracesOfMachine(`first line\n${text}`)).toEqual([{ line: 2, what }])
  })

  it('are not seen where there are none', () => {
    expect(tracesOfMachine('docs/work/notes.md, http://127.0.0.1:8888/user/login')).toEqual([])
  })

  it('are found in a lock file: a registry, and a program run at installation', () => {
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

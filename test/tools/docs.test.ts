import { describe, expect, it } from 'vitest'
import { readPage } from '../../tools/docs/page.mjs'
import { checkPaths, checkScripts } from '../../tools/docs/references.mjs'
import { compile, programs, reasons, snippetsOf } from '../../tools/docs/snippets.mjs'

const page = (...lines: readonly string[]) => readPage('docs/page.md', lines.join('\n'))
const block = (info: string, ...code: readonly string[]) => ['```' + info, ...code, '```']

describe('a page', () => {
  it('a page is taken apart with the lines things stand in', () => {
    const { blocks, links, inlines } = page(
      '# A',
      '',
      ...block('ts', 'one', 'two'),
      '[b](c.md) `d/e`',
    )
    expect(blocks).toEqual([{ language: 'ts', info: [], code: 'one\ntwo\n', line: 4 }])
    expect(links).toEqual([{ target: 'c.md', line: 7 }])
    expect(inlines).toEqual([{ text: 'd/e', line: 7 }])
  })

  it('a page has no links and no headings inside of code', () => {
    const { links, anchors } = page(
      '# Real',
      ...block('sh', '# not one', '[a](b.md)'),
      '`[a](b.md)`',
    )
    expect(links).toEqual([])
    expect([...anchors]).toEqual(['real'])
  })

  it('a page has the anchors a forge gives: letters in small, blanks as hyphens, repeated ones counted', () => {
    const { anchors } = page('# `exp`, and [why](a.md)', '## One', '## One', '<a id="own"></a>')
    expect([...anchors]).toEqual(['own', 'exp-and-why', 'one', 'one-1'])
  })

  it('a page with a block that is never closed is refused', () => {
    expect(() => page('text', '```ts', 'const a = 1')).toThrow('docs/page.md:2')
  })
})

describe('the code of a page', () => {
  it('the code of a page is a module a block, and a marked block goes on with the one before', () => {
    const { snippets } = snippetsOf(
      page(
        ...block('ts', 'const a = 1'),
        ...block('ts continued', 'export const b: string = a'),
        ...block('ts', 'a'),
      ),
    )
    expect(snippets).toHaveLength(2)
    const found = programs(snippets).flatMap(compile)
    expect(found.map((line) => line.slice(0, 22))).toEqual([
      'docs/page.md:5 TS2322:',
      'docs/page.md:8 TS2304:',
    ])
  })

  it('the code of a page that declares globals is a separate program', () => {
    const one = readPage('a.md', block('ts', "declare module 'jotgate/express' {}").join('\n'))
    const two = readPage('b.md', block('ts', 'const a = 1').join('\n'))
    const together = programs([one, two].flatMap((each) => snippetsOf(each).snippets))
    expect(together.map((each) => each.map(({ from }) => from.path))).toEqual([['b.md'], ['a.md']])
  })

  it('the code of a page may be left out for few reasons only', () => {
    expect(reasons.length).toBeLessThanOrEqual(4)
    const { fragments, problems } = snippetsOf(page(...block('ts fragment=tired', 'a b c')))
    expect(fragments).toEqual(['tired'])
    expect(problems).toHaveLength(1)
  })
})

describe('what a page speaks of', () => {
  it('a path that a page names exists, unless the page makes it, git ignores it, or it is an example', () => {
    const speaking = page(
      '`src/a.ts` `src/b.ts` `src/NAME.ts` `src/c.ts`',
      ...block('ts file=src/b.ts', ''),
    )
    const { paths, problems } = checkPaths('/nowhere', speaking, (path) => path === 'src/c.ts')
    expect(paths).toBe(3)
    expect(problems).toEqual(['docs/page.md:1 speaks of src/a.ts, which is not there'])
  })

  it('a script that a page names exists, with names that it knows', () => {
    const known = { scripts: ['check', 'start'], names: { check: ['docs'] } }
    const { problems } = checkScripts(
      page(
        '`npm run check -- docs`',
        '`npm run check -- docks`',
        'npm run start -- user',
        'npm run gone',
      ),
      known,
    )
    expect(problems).toEqual([
      'docs/page.md:2 runs check -- docks, which it does not know',
      'docs/page.md:4 runs gone, which package.json does not have',
    ])
  })
})

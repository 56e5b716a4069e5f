import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatApi } from '../../src/api-spec/format/format.js'
import { parseFile } from '../../src/api-spec/language/syntax/parse-file.js'
import { describeVectors } from '../vectors/find.js'
import { commented, everyForm, mutations } from './texts.js'

const runs = Number(process.env['FUZZ_RUNS'] ?? 500)

describe('formatApi', () => {
  it('lays a file out in one way', () => {
    expect(
      formatted(
        'type  A{X int `json:"x"`\nLong string `json:"long"`\n}\nservice a{@handler h\nget /x(A)returns(A)}',
      ),
    ).toBe(
      'type A {\n\tX    int    `json:"x"`\n\tLong string `json:"long"`\n}\n\nservice a {\n\t@handler h\n\tget /x (A) returns (A)\n}\n',
    )
  })

  it('keeps comments with what they belong to', () => {
    const text = formatted(everyForm)
    for (const comment of [
      '// shown in the docs',
      '// why',
      '// unique',
      '/* x */',
      '// h\n\t// r',
      '// t',
      '// the end',
    ]) {
      expect(text).toContain(comment)
    }
    expect(text).toContain('// at least 12 characters\n\tPassword')
    expectFaithful(everyForm)
  })

  it('says what is wrong instead of formatting half a file', () => {
    const result = formatApi('type A {', { file: 'a.api' })
    expect(result).toMatchObject({
      ok: false,
      diagnostics: [
        { file: 'a.api', message: "expected a name, '*', '}', got the end of the file" },
      ],
    })
  })

  it('changes nothing the second time, and nothing of what the file says', () => {
    let formattable = 0
    const count = (text: string) => {
      if (expectFaithful(text)) formattable++
    }
    fc.assert(fc.property(commented, count), { numRuns: 150 })
    expect(formattable).toBeGreaterThan(15)
    fc.assert(fc.property(mutations([everyForm]), count), { numRuns: runs })
  }, 0)
})

describeVectors('formatApi on the files of goctl', (read) => {
  it('is faithful to every one that can be read', () => {
    const files = read.json('go-originals/goctl_files.json') as { path: string }[]
    const formattable = files.filter(({ path }) =>
      expectFaithful(read.text(`go-originals/api-files/${path}`)),
    )
    expect(formattable.length).toBeGreaterThan(40)
  })
})

function formatted(text: string): string {
  const result = formatApi(text)
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'))
  return result.text
}

/** True when the text could be formatted at all. */
function expectFaithful(text: string): boolean {
  const once = formatApi(text)
  if (!once.ok) return false
  expect(formatted(once.text)).toBe(once.text)
  expect(withoutPlaces(once.text)).toEqual(withoutPlaces(text))
  return true
}

/** The tree without positions: tokens by kind, text and comments. */
function withoutPlaces(text: string): unknown {
  const { statements, eof } = parseFile({ path: 'x.api', text }, 'dialect').file
  return JSON.parse(
    JSON.stringify([statements, eof], (key, value: unknown) =>
      key === 'start' || key === 'end' ? undefined : value,
    ),
  )
}

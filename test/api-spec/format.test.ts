import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatApi } from '../../src/api-spec/format/format.js'
import { parseApi, renderDiagnostics } from '../../src/api-spec/language/parse.js'
import { scan } from '../../src/api-spec/language/syntax/scanner.js'
import { parseFile } from '../../src/api-spec/language/syntax/parse-file.js'
import { describeVectors } from '../vectors/find.js'
import { commented, everyForm, mutations } from './texts.js'

const runs = Number(process.env['FUZZ_RUNS'] ?? 500)

describe('formatApi', () => {
  it('formatApi lays a file out in one way', () => {
    expect(
      formatted(
        'type  A{X int `json:"x"`\nLong string `json:"long"`\n}\nservice a{@handler h\nget /x(A)returns(A)}',
      ),
    ).toBe(
      'type A {\n\tX    int    `json:"x"`\n\tLong string `json:"long"`\n}\n\nservice a {\n\t@handler h\n\tget /x (A) returns (A)\n}\n',
    )
  })

  it('formatApi keeps comments with what they belong to', () => {
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

  it('formatApi says what is wrong instead of formatting half a file', () => {
    const result = formatApi('type A {', { file: 'a.api' })
    expect(result).toMatchObject({
      ok: false,
      diagnostics: [
        { file: 'a.api', message: "expected a name, '*', '}', got the end of the file" },
      ],
    })
  })

  it('formatApi changes nothing the second time, and nothing of what the file says', () => {
    let formattable = 0
    const count = (text: string) => {
      if (expectFaithful(text)) formattable++
    }
    fc.assert(fc.property(commented, count), { numRuns: 150 })
    expect(formattable).toBeGreaterThan(15)
    fc.assert(fc.property(mutations([everyForm]), count), { numRuns: runs })
  }, 0)
})

describe('formatApi for goctl', () => {
  it('formatApi for goctl moves routes with own annotations into own blocks, comments included', () => {
    const text = `// Orders.
@server (
	prefix: /v1 // long
	roles:  clerk
	jwt:    Auth
)
service a {
	@handler A
	get /a

	// why
	@server (
		roles: admin // few
	)
	@doc "b" // said
	@handler B
	get /b

	@jwt Other // by others
	@handler C
	get /c

	@server (roles: admin)
	@handler D
	get /d
	// the end
}
`
    expect(formatted(text, 'goctl')).toBe(`// Orders.
@server (
	prefix: /v1 // long
	roles:  clerk
	jwt:    Auth
)
service a {
	@handler A
	get /a
// the end
}

@server (
	prefix: /v1
	roles:  admin
	jwt:    Auth
)
service a {
	// why
	// few
	@doc "b" // said
	@handler B
	get /b

	@handler D
	get /d
}

@server (
	prefix: /v1
	roles:  clerk
	jwt:    Other
)
service a {
	// by others
	@handler C
	get /c
}
`)
  })

  it('formatApi for goctl writes files that goctl reads as the dialect reads the original', () => {
    for (const path of [
      './generate/orders.api',
      './generate/users.api',
      '../../examples/go-zero-token/jwt.api',
    ]) {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8')
      expect(parseApi(text, { mode: 'goctl' }).ok).toBe(false)
      const dialect = parseApi(text)
      const goctl = parseApi(formatted(text, 'goctl'), { mode: 'goctl' })
      expect(said(goctl)).toEqual(said(dialect))
    }
  })

  it('formatApi for goctl keeps what any file says and every comment, and changes nothing the second time', () => {
    let written = 0
    const look = (text: string) => {
      const before = parseApi(text, { read: imported })
      if (!before.ok) return
      const once = formatted(text, 'goctl')
      const after = parseApi(once, { read: imported })
      expect(said(after)).toEqual(said(before))
      expect(comments(once)).toEqual(comments(text))
      expect(formatted(once, 'goctl')).toBe(once)
      written++
    }
    for (const text of [everyForm, ownForms]) look(text)
    expect(written).toBe(2)
    const texts = fc.oneof(commented, mutations([everyForm, ownForms]))
    fc.assert(fc.property(texts, look), { numRuns: runs })
    expect(written).toBeGreaterThan(15)
  }, 0)
})

/** Routes that differ in what they ask for, with comments at each place. */
const ownForms = `// 1
@server ( // 2
  jwt: Auth // 3
  scopes: "a:b"
) // 4
service a { // 5
  // 6
  @server ( // 7
    // 8
    scopes: "c:d" // 9
  ) // 10
  // 11
  @handler h // 12
  get /h // 13
  @jwt B // 14
  // 15
  @doc "g" // 16
  @server (roles: x)
  @handler g
  get /g
  @handler f
  get /f
  // 17
} // 18
type A struct { // 19
  X struct { // 20
    Y int
  } \`json:"x"\`
}
`

/** A type for each import. */
const imported = (path: string) => `type ${path.replace('.', '_')} {}`

/** What a file says, without its comments. */
function said(result: ReturnType<typeof parseApi>): unknown {
  if (!result.ok) throw new Error(renderDiagnostics(result))
  const silent = new Set(['doc', 'docs', 'comment', 'handlerDoc', 'handlerComment'])
  return JSON.parse(
    JSON.stringify(result.spec, (key, value: unknown) => (silent.has(key) ? undefined : value)),
  )
}

/** The comments of a file, sorted, as some of them move. */
function comments(text: string): readonly string[] {
  return scan(text, 'dialect')
    .tokens.flatMap(({ head, tail }) => [...head, ...tail])
    .map((comment) => comment.text)
    .toSorted()
}

describeVectors('formatApi on the files of goctl', (read) => {
  it('formatApi is faithful to every goctl file that can be read', () => {
    const files = read.json('go-originals/goctl_files.json') as { path: string }[]
    const formattable = files.filter(({ path }) =>
      expectFaithful(read.text(`go-originals/api-files/${path}`)),
    )
    expect(formattable.length).toBeGreaterThan(40)
  })
})

function formatted(text: string, reader: 'dialect' | 'goctl' = 'dialect'): string {
  const result = formatApi(text, { reader })
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

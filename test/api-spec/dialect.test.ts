import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { serverKeys } from '../../src/api-spec/language/annotations.js'
import { formatApi } from '../../src/api-spec/format/format.js'
import { parseApi, renderDiagnostics } from '../../src/api-spec/language/parse.js'
import { everyForm } from './texts.js'

const types = 'type A { X string `json:"x"` }\n'

describe('the dialect', () => {
  it('the dialect takes the sources’ forms: @jwt before a route, the struct keyword', () => {
    const { groups } = spec(`type A struct { X string \`json:"x"\` }
      service user-api {
        @handler Login
        post /user/login (A) returns (A)
        @jwt Auth @handler Get get /user/profile returns (A)
        @jwt Auth
        @handler Put
        put /user/profile (A) returns (A)
      }`)
    expect(
      groups.map(({ annotation, routes }) => [annotation, routes.map(({ handler }) => handler)]),
    ).toEqual([
      [null, ['Login']],
      [{ jwt: 'Auth' }, ['Get', 'Put']],
    ])
  })

  it('the dialect lays a route’s own @server over its service’s', () => {
    const { groups } = spec(`${types}@server(prefix: /v1 timeout: 1s)
      service a {
        @server(timeout: 3s) @jwt Auth @handler h get /x
        @handler g get /y
      }`)
    expect(groups.map(({ annotation }) => annotation)).toEqual([
      { prefix: '/v1', timeout: '1s' },
      { prefix: '/v1', timeout: '3s', jwt: 'Auth' },
    ])
  })

  it('the dialect takes prefixes with several hyphens, and digits after a hyphen', () => {
    const { groups } = spec(
      '@server(prefix: /api/alert-center-two/v1-2)\nservice a { @handler h get /a-2/b }',
    )
    expect(groups[0]).toMatchObject({
      annotation: { prefix: '/api/alert-center-two/v1-2' },
      routes: [{ path: '/a-2/b' }],
    })
  })

  it('the dialect places an error after a text over several lines on its last line', () => {
    const [end] = parseApi('type A {raw`a\nbé`').diagnostics
    expect(end?.start).toEqual({ line: 2, column: 4, offset: 17 })
  })

  it('the dialect reports every error of a file in one run, each with its line and a caret', () => {
    expect(
      errors(
        `type A {\n  X strin\n}\nservice a {\n  @handler h\n  get /x (A) retruns (A)\n  @handlr g\n  get /y\n}`,
      ),
    ).toBe(
      `a.api:6:14: error: expected 'returns', '@doc', '@handler', '}', '@jwt', '@server', ';', got 'retruns' (did you mean 'returns'?)
  6 |   get /x (A) retruns (A)
    |              ^^^^^^^
a.api:7:3: error: expected '@doc' | '@handler' | '@jwt' | '@server', got '@handlr' (did you mean '@handler'?)
  7 |   @handlr g
    |   ^^^^^^^`,
    )
    expect(errors('type A {\n  X strin\n}')).toContain(
      "a.api:2:5: error: unresolved type <strin> (did you mean 'string'?)",
    )
  })

  it('the dialect refuses a misspelt key of @server that would leave routes open', () => {
    expect(errors('@server(jtw: Auth)\nservice a { @handler h get /x }')).toContain(
      "did you mean 'jwt'?",
    )
    expect(errors('@server(timeout: 3)\nservice a { @handler h get /x }')).toContain(
      "'timeout' takes a duration such as 3s",
    )
    expect(errors('@server(sse: yes)\nservice a { @handler h get /x }')).toContain(
      "'sse' takes true or false",
    )
  })

  it('the dialect refuses two routes that a router cannot tell apart', () => {
    const routes = `${types}service a { @handler g get /u/:id (A) @handler h get /u/:name }`
    expect(errors(routes)).toContain('duplicate path expression')
    expect(parseApi(routes, { mode: 'goctl' }).ok).toBe(true)
  })

  it('the dialect refuses tags it cannot read, and path members that are not in the path', () => {
    expect(errors('type A { X int `json:"x,range=[5:1]"` }')).toContain('a range is written like')
    expect(errors('type A { X int `json:"x,optionl"` }')).toContain(
      "'optionl' is not an option of a tag; did you mean 'optional'?",
    )
    expect(errors('type A { X int `path:"id"` }\nservice a { @handler h get /x (A) }')).toContain(
      "which has no ':id'",
    )
  })

  it('the dialect says what to write instead of a tag that cannot be read', () => {
    const said = (tag: string) =>
      parseApi(`type A {\n  X int \`${tag}\`\n}`).diagnostics.map(
        ({ message, start }) => `${String(start.line)}:${String(start.column)} ${message}`,
      )
    expect(said('json:"id",xml:"Id"')).toEqual(['2:9 separate tags with a blank, not a comma'])
    expect(said('json:"id";xml:"Id"')).toEqual(['2:9 separate tags with a blank, not a semicolon'])
    expect(said('json:id')).toEqual([`2:9 put the value of 'json' in double quotes: json:"…"`])
    expect(said("form:'id'")).toEqual([`2:9 put the value of 'form' in double quotes: form:"…"`])
    expect(said('json: "id"')).toEqual([
      '2:9 write json:"…", with a colon and no blank before the value',
    ])
    expect(said('json="id"')).toEqual([
      '2:9 write json:"…", with a colon and no blank before the value',
    ])
    expect(said('json:"id')).toEqual([
      "2:9 the value of 'json' has no end: a double quote is missing",
    ])
    expect(said('id')).toEqual(['2:9 a tag is a list of key:"value"'])
    expect(said('json:"id" xml:"Id"')).toEqual([])
  })

  it('the dialect says that a handler stands in @handler where @server names one, in the place where goctl stops', () => {
    const old =
      'service a {\n  @server(\n    handler: Login\n  )\n  get /x\n  @handler h\n  get /y\n}'
    expect(errors(old)).toBe(
      `a.api:2:3: error: a route has its handler from '@handler', not from '@server' (write '@handler Login')
  2 |   @server(
    |   ^^^^^^^`,
    )
    const [goctl] = parseApi(old, { mode: 'goctl' }).diagnostics
    expect(goctl?.start).toMatchObject({ line: 2, column: 3 })
    const block = parseApi('@server(handler: Login)\nservice a { @handler h get /x }')
    expect(block.diagnostics).toMatchObject([
      { severity: 'warning', hint: "write '@handler NAME' before the route" },
    ])
  })

  it('the dialect says once that a string or a comment is never closed', () => {
    for (const text of [
      'syntax = "v1',
      'import ( "a.api',
      'type A { X int `json',
      'type A {} /* b',
    ])
      expect(parseApi(text).diagnostics).toMatchObject([
        { hint: expect.stringMatching(/is never closed$/) as string },
      ])
  })

  it('the dialect refuses @jwt twice, and against @server', () => {
    expect(errors('service a { @jwt A @jwt B @handler h get /x }')).toContain("'@jwt' stands twice")
    expect(errors('service a { @jwt A @server(jwt: B) @handler h get /x }')).toContain(
      'name different things',
    )
  })

  it('the dialect follows imports, and refuses cycles and missing files', () => {
    const files: Record<string, string> = {
      'a/b.api': 'import "../c.api"\ntype B {}',
      'c.api': 'type C {}',
      'd.api': 'import "d.api"',
    }
    const read = (path: string) => files[path]
    const parsed = parseApi('import "a/b.api"\nimport "c.api"\ntype A {}', {
      file: 'main.api',
      read,
    })
    expect(parsed.ok && parsed.spec.types.map(({ raw }) => raw)).toEqual(['A', 'B', 'C'])
    expect(parseApi('import "d.api"', { read }).diagnostics).toMatchObject([
      { file: 'd.api', message: 'import cycle not allowed' },
    ])
    expect(parseApi('import "e.api"', { read }).diagnostics).toMatchObject([
      { message: 'the imported file is missing or empty' },
    ])
  })

  it('parseApi and formatApi refuse an unknown option', () => {
    expect(() => parseApi('', { mod: 'goctl' } as object)).toThrow('parseApi.mod: is not an option')
    expect(() => parseApi('', { mode: 'GOCTL' } as object)).toThrow(
      'parseApi.mode: must be "dialect" or "goctl"',
    )
    expect(() => formatApi('', { path: 'x' } as object)).toThrow('formatApi.path: is not an option')
  })

  it('the dialect is what the documentation says', () => {
    const page = readFileSync(new URL('../../docs/api-language.md', import.meta.url), 'utf8')
    const sample = /```\n(syntax = [^]*?)```/.exec(page)?.[1] ?? ''
    expect(formatApi(sample)).toEqual({ ok: true, text: sample })
    expect(spec(sample).groups.map(({ annotation }) => annotation)).toEqual([
      { prefix: '/v1' },
      { prefix: '/v1', jwt: 'Auth' },
    ])
    for (const key of Object.keys(serverKeys)) expect(page).toContain(`\`${key}\``)
  })

  it('the dialect reads a file with every form in it', () => {
    const read = (path: string) => `type ${path.replace('.', '_')} {}`
    expect(renderDiagnostics(parseApi(everyForm, { read }))).toContain('warning')
  })
})

function spec(text: string) {
  const result = parseApi(text)
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return result.spec
}

function errors(text: string): string {
  const result = parseApi(text, { file: 'a.api' })
  expect(result.ok).toBe(false)
  return renderDiagnostics(result)
}

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formatApi } from '../../src/api-spec/format/format.js'
import { planService } from '../../src/api-spec/generate/plan.js'
import { type ApiSpec } from '../../src/api-spec/language/spec.js'
import {
  parseApi,
  type ParseOptions,
  renderDiagnostics,
} from '../../src/api-spec/language/parse.js'

describe('scopes and roles in an .api file', () => {
  it('scopes and roles are what a route asks for: its own value of a key instead of its group’s', () => {
    const { routes } = planService(
      spec(`@server (
        jwt: Auth
        scopes: "orders:read, orders:write,orders:read"
        roles: admin,auditor
      )
      service a {
        @handler a get /a
        @server (scopes: "orders:read") @handler b get /b
        @server (roles: "site admin") @handler c get /c
      }
      service a { @handler d get /d }`),
    )
    const both = ['orders:read', 'orders:write']
    expect(routes.map(({ name, scopes, roles }) => [name, scopes, roles])).toEqual([
      ['a', both, ['admin', 'auditor']],
      ['b', ['orders:read'], ['admin', 'auditor']],
      ['c', both, ['site admin']],
      ['d', [], []],
    ])
  })

  it('scopes and roles stand in a form that goctl reads too', () => {
    const text = `@server (
      jwt: Auth
      scopes: "orders:read,orders:write"
      roles: admin,auditor
    )
    service a { @handler h get /x }`
    const goctl = spec(text, { mode: 'goctl' })
    expect(goctl).toEqual(spec(text))
    expect(goctl.groups[0]?.annotation).toMatchObject({
      scopes: 'orders:read,orders:write',
      roles: 'admin,auditor',
    })
  })

  it('scopes and roles are in the documentation as they are read and laid out', () => {
    const page = readFileSync(new URL('../../docs/api-language.md', import.meta.url), 'utf8')
    const sample = /### Scopes and roles\n\n```\n([^]*?)```/.exec(page)?.[1] ?? ''
    expect(formatApi(sample)).toEqual({ ok: true, text: sample })
    const asked = planService(spec(sample)).routes.map(({ name, scopes, roles }) => [
      name,
      scopes,
      roles,
    ])
    expect(asked).toEqual([
      ['listOrders', ['orders:read'], ['clerk']],
      ['addOrder', ['orders:read', 'orders:write'], ['clerk']],
      ['removeOrders', [], ['admin']],
    ])
  })

  it('scopes and roles are refused where calls without a token are taken, once, at the key', () => {
    const group =
      '@server (\n  roles: admin\n)\nservice a {\n  @handler g get /x\n  @handler h get /y\n}'
    expect(problems(group)).toEqual([
      "2:3 'roles' asks for a token, and GET /x takes calls without one (add 'jwt: NAME')",
    ])
    expect(problems('service a {\n  @server (scopes: a) @handler h post /x\n}')).toEqual([
      "2:12 'scopes' asks for a token, and POST /x takes calls without one (add 'jwt: NAME')",
    ])
    // A guard of the route's own, or of a transition, is one.
    expect(problems('@server (roles: admin) service a { @jwt A @handler g get /x }')).toEqual([])
    expect(
      problems('service a { @server (jwtTransition: A scopes: b) @handler g get /x }'),
    ).toEqual([])
  })

  it('scopes and roles are refused where a name is empty or cannot be one, with the place and what to do', () => {
    const said = (pair: string) =>
      problems(`@server (jwt: A ${pair}) service a { @handler h get /x }`)
    const empty = "names nothing: write 'jwt: NAME' alone where any token will do"
    for (const key of ['scopes', 'roles']) {
      expect(said(`${key}: ""`)).toEqual([`1:${key === 'roles' ? '24' : '25'} '${key}' ${empty}`])
      expect(said(`${key}: " "`)).toHaveLength(1)
      for (const list of ['a,', ',a', 'a,,b', 'a, ,b'])
        expect(said(`${key}: "${list}"`)).toEqual([
          expect.stringContaining(`'${key}' has an empty name: write one comma between two names`),
        ])
    }
    const wrong = "1:25 'scopes' takes scopes with commas between them: visible ASCII characters"
    for (const list of ['a b', 'a,é', 'a\\b', 'a\u0007', 'a\nb'])
      expect(said(`scopes: "${list}"`)).toEqual([expect.stringContaining(wrong)])
    for (const list of ['a\u0007', 'a,b\nc', 'a\u202eb'])
      expect(said(`roles: "${list}"`)).toEqual([
        expect.stringContaining(
          "'roles' takes roles with commas between them: text without control",
        ),
      ])
  })

  it('a misspelt key of scopes and roles, which would leave a route to every token, is guessed', () => {
    for (const [key, meant] of Object.entries({ scope: 'scopes', role: 'roles', rolse: 'roles' }))
      expect(problems(`@server (jwt: A ${key}: a) service a { @handler h get /x }`)).toEqual([
        expect.stringContaining(`did you mean '${meant}'?`),
      ])
  })

  it('the error for a name with a colon, a dot or a hyphen says that it goes into quotes', () => {
    for (const value of ['orders:read', 'read,orders:write', 'User.Read', 'read,sub-admin'])
      expect(
        problems(`@server (\n jwt: A\n scopes: ${value}\n) service a { @handler h get /x }`),
      ).toEqual([
        expect.stringMatching(
          /^3:\d+ expected '\)', a name, got '[:.-]' \(put the value in quotes\)$/,
        ),
      ])
  })

  it('scopes and roles are refused by generate and openapi in a spec that nothing has checked', () => {
    const plan = (annotation: Readonly<Record<string, string>>) => () =>
      planService({
        ...spec('service a { @handler h get /x }'),
        groups: spec('service a { @handler h get /x }').groups.map((group) => ({
          ...group,
          annotation,
        })),
      })
    expect(plan({ scopes: 'a' })).toThrow("/x: 'scopes' asks for a token: add 'jwt: NAME'")
    expect(plan({ roles: 'a' })).toThrow("/x: 'roles' asks for a token: add 'jwt: NAME'")
    expect(plan({ jwt: 'A', scopes: '' })).toThrow("/x: 'scopes' names nothing")
    expect(plan({ jwt: 'A', roles: 'a,,b' })).toThrow("/x: 'roles' has an empty name")
  })
})

function spec(text: string, options: ParseOptions = {}): ApiSpec {
  const result = parseApi(text, options)
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return result.spec
}

/** What is wrong with a text: place, message and hint, a line each. */
function problems(text: string): readonly string[] {
  return parseApi(text).diagnostics.map(({ start, message, hint }) => {
    const meant = hint === undefined ? '' : ` (${hint})`
    return `${String(start.line)}:${String(start.column)} ${message}${meant}`
  })
}

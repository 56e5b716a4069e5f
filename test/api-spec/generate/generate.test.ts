import ts from 'typescript'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { generate } from '../../../src/api-spec/generate/generate.js'
import { type ApiSpec } from '../../../src/api-spec/language/spec.js'
import { type AuthConfig } from '../../../src/api-spec/runtime/secrets.js'
import { parseApi, renderDiagnostics } from '../../../src/api-spec/language/parse.js'
import { cpuMs } from '../../setup/cpu-time.js'
import { usersApi } from './project.js'

describe('generate', () => {
  it('generate never overwrites what a person goes on with', () => {
    const files = generate(spec(usersApi))
    expect(files.filter(({ overwrite }) => !overwrite).map(({ path }) => path)).toEqual([
      'services.ts',
      'handlers.ts',
      'middleware/audit.ts',
      'middleware/limit.ts',
      'main.ts',
    ])
  })

  it('generate begins one object with a stub for each route, which says its name', () => {
    expect(stubs(spec(usersApi))).toEqual([
      'login',
      'refresh',
      'updateProfile',
      'getProfile',
      'admin/jobs/delete',
      'admin/jobs/slow',
      'admin/jobs/watch',
    ])
  })

  it('generate gives the same files for the same spec', () => {
    expect(generate(spec(usersApi))).toEqual(generate(spec(usersApi)))
  })

  it('generate leaves out what is not asked for', () => {
    expect(generate(spec(usersApi), { servers: [] }).map(({ path }) => path)).toEqual([
      'generated/types.ts',
      'generated/client.ts',
    ])
    expect(
      generate(spec(usersApi), { servers: ['fetch'], client: false }).map(({ path }) => path),
    ).not.toContain('generated/client.ts')
    expect(() => generate(spec(usersApi), { server: 'fetch' } as object)).toThrow(
      'generate.server: is not an option',
    )
  })

  it('generate makes the configuration go-zero makes', () => {
    const text = generate(spec(usersApi)).find(({ path }) => path === 'generated/config.ts')?.text
    expect(text).toContain('readonly Auth: AuthConfig\n  readonly Moving: TransitionConfig')
    expectTypeOf<AuthConfig>().toHaveProperty('AccessSecret').toEqualTypeOf<string>()
    expectTypeOf<AuthConfig>().toHaveProperty('AccessExpire').toEqualTypeOf<number>()
  })

  it('generate writes no file outside its folder, whatever a group is called', () => {
    for (const group of ['"../../etc"', '"a/../b"', '"a b"', '"C:x"']) {
      const text = `@server(group: ${group})\nservice a { @handler h get /x }`
      const result = parseApi(text, { mode: 'goctl' })
      if (!result.ok) throw new Error(renderDiagnostics(result))
      expect(() => generate(result.spec)).toThrow('cannot be a folder')
    }
  })

  it('generate refuses what it would serve without the check it asks for', () => {
    expect(() =>
      generate(spec('@server(signature: true)\nservice a { @handler h get /x }')),
    ).toThrow('is not supported')
    const guardless = goctl('@server(jwt: "")\nservice a { @handler h get /x }')
    expect(() => generate(guardless)).toThrow('cannot name what guards a group')
  })

  it('generate refuses what cannot be served', () => {
    expect(() => generate(spec('type A {}'))).toThrow('missing service')
    expect(() => generate(spec('service a { @handler h trace /x }'))).toThrow(
      'no server here takes this method',
    )
    expect(() => generate(spec('service a { @handler GetX get /x @handler getX get /y }'))).toThrow(
      "two handlers would be named 'getX'",
    )
    expect(() =>
      generate(spec('type A { X complex64 `json:"x"` }\nservice a { @handler h post /x (A) }')),
    ).toThrow('no complex numbers')
    expect(() => generate(spec('type A {\nA\n}\nservice a { @handler h post /x (A) }'))).toThrow(
      'embeds itself',
    )
    expect(() =>
      generate(
        spec(
          'type A { X int `json:"x"`\n Y int `form:"x"` }\nservice a { @handler h post /x (A) }',
        ),
      ),
    ).toThrow("two members named 'x'")
  })

  it('generate unfolds types that embed each other again and again, each once', () => {
    const chain = Array.from(
      { length: 60 },
      (_, index) =>
        `type T${String(index)} {\n  T${String(index + 1)}\n  T${String(index + 1)}\n}\n`,
    )
    const text = `${chain.join('')}type T60 {}\nservice a { @handler h post /x (T0) }`
    expect(generate(spec(text)).length).toBeGreaterThan(5)
  })

  it('generate lets no text of the file become code', () => {
    const evil =
      'type A {\n  // */ evil() /*\n  X string `json:"x\' + evil() + \'"`\n}\nservice a {\n  @doc "*/ evil() /*"\n  @handler h\n  post /x (A)\n}'
    for (const { path, text } of generate(spec(evil))) {
      for (const line of text.split('\n').filter((each) => each.includes('evil'))) {
        expect(`${path}: ${line}`).toMatch(/\* \/ evil\(\) \/\*|'x\\' \+ evil\(\) \+ \\''/)
      }
    }
  })

  it('generate lets no text of a file that was read in goctl mode become code', () => {
    const evil = '/v1*/ PWNED() /*'
    const text = `type A {\n  // a\u2028PWNED() /*\n  X int // */ PWNED()\n}\n@server(prefix: ${JSON.stringify(evil)} jwt: A roles: "*/ PWNED() /*,' + PWNED() + '")\nservice a { @doc "*/ PWNED() /*\u2028PWNED()" @handler h post /x (A) }`
    let seen = 0
    for (const file of generate(goctl(text), { servers: ['fastify'] })) {
      if (file.text.includes('PWNED')) seen++
      expect(`${file.path}: ${namesIn(file.text).join()}`).not.toContain('PWNED')
    }
    expect(seen).toBeGreaterThanOrEqual(4)
  })

  it('generate gives two guards whose names come to one text a gate each', () => {
    const group = (server: string, name: string) =>
      `@server (${server})\nservice a { @handler ${name} get /${name} }\n`
    const both = group('jwt: Auth\njwtTransition: Old', 'one')
    const text = (of: string, path: string) =>
      generate(spec(of)).find((file) => file.path === `generated/${path}`)?.text
    const clashing = both + group('jwt: AuthOld', 'two')
    expect(text(clashing, 'guards.ts')).toContain("GuardName = 'Auth.Old' | 'AuthOld'")
    expect(text(clashing, 'auth.ts')).toContain(
      "'Auth.Old': secretGate({ jwt: config.Auth, transition: config.Old }, options),\n    AuthOld: secretGate({ jwt: config.AuthOld }, options)",
    )
    expect(text(both + group('jwt: Auth', 'two'), 'guards.ts')).toContain("'AuthOld' | 'Auth'")
  })

  it('10,000 routes are read, checked and generated in a time that grows with their number', () => {
    const time = (routes: number) => {
      const text = manyRoutes(routes)
      return cpuMs(() => {
        expect(stubs(spec(text))).toHaveLength(routes)
      })
    }
    time(1000)
    const [small, large] = [time(2500), time(10_000)]
    console.info(`2,500 routes: ${small.toFixed(0)} ms; 10,000 routes: ${large.toFixed(0)} ms`)
    // Four times the routes: a square would take sixteen times as long.
    expect(large).toBeLessThan(10 * small)
  })
})

/** The names that the stubs of handlers.ts say. */
function stubs(of: ApiSpec): readonly string[] {
  const text = generate(of).find(({ path }) => path === 'handlers.ts')?.text ?? ''
  return [...text.matchAll(/\(\) => notImplemented\('(.*)'\)/g)].map(([, name = '']) => name)
}

/** The identifiers of a program: what stands in comments and texts is none. */
function namesIn(text: string): readonly string[] {
  const names: string[] = []
  const visit = (node: ts.Node) => {
    if (ts.isIdentifier(node)) names.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('made.ts', text, ts.ScriptTarget.Latest))
  return names
}

function manyRoutes(count: number): string {
  const routes = Array.from(
    { length: count },
    (_, index) =>
      `  @doc "route ${String(index)}"\n  @handler Get${String(index)}\n  get /r${String(index)}/:id (Req${String(index % 100)}) returns (Res)\n`,
  )
  const types = Array.from(
    { length: 100 },
    (_, index) =>
      `type Req${String(index)} {\n  Id string \`path:"id"\`\n  Page int \`form:"page,default=1"\`\n}\n`,
  )
  return `type Res { Name string \`json:"name"\` }\n${types.join('')}@server (\n  jwt: Auth\n  prefix: /v1\n)\nservice many-api {\n${routes.join('\n')}}\n`
}

function spec(text: string): ApiSpec {
  const result = parseApi(text)
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return result.spec
}

function goctl(text: string): ApiSpec {
  const result = parseApi(text, { mode: 'goctl' })
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return result.spec
}

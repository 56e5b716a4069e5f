import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planGuards, routeGuards } from '../../../src/api-spec/generate/plan-guards.js'
import { toOpenApi } from '../../../src/api-spec/openapi/to-openapi.js'
import { type ApiSpec, type RouteGroup } from '../../../src/api-spec/language/spec.js'
import { parseApi, renderDiagnostics } from '../../../src/api-spec/language/parse.js'
import { createWorkshop, type Workshop } from './project.js'

/** The names that guards are tried with: of one another's pieces, and alike but for case, underscores and digits. */
const guards: readonly Guard[] = [
  ['Auth', 'Old'],
  ['AuthOld'],
  ['Auth', 'old'],
  ['Autho', 'ld'],
  ['auth', 'Old2'],
  ['authOld2'],
  ['Auth_', 'Old3'],
  ['Auth', '_Old3'],
  ['Auth_Old3'],
  ['Auth1', '_1'],
  ['Auth1_', 'Z1'],
  ['Auth1_Z1'],
  [undefined, 'Z1'],
  ['_', '__'],
  ['___'],
  ['AUTHOLD'],
]
type Guard = readonly [jwt: string | undefined, transition?: string | undefined]

/** A service with a route for each guard. */
function serviceOf(all: readonly Guard[]): string {
  const blocks = all.map(([jwt, transition], index) => {
    const lines = [
      ...(jwt === undefined ? [] : [`jwt: ${jwt}`]),
      ...(transition === undefined ? [] : [`jwtTransition: ${transition}`]),
    ]
    return `@server (\n${lines.join('\n')}\n)\nservice a-api { @handler R${String(index)} get /r${String(index)} }\n`
  })
  return blocks.join('')
}

function spec(text: string): ApiSpec {
  const result = parseApi(text)
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return result.spec
}

const secret = () => randomBytes(48).toString('base64')

/** Entries of the configuration for guards. */
function configOf(all: readonly Guard[]): Record<string, object> {
  return Object.fromEntries(
    all.flatMap(([jwt, transition]) => [
      ...(jwt === undefined ? [] : [[jwt, { AccessSecret: secret(), AccessExpire: 900 }]]),
      ...(transition === undefined
        ? []
        : [[transition, { Secret: secret(), PrevSecret: secret() }]]),
    ]),
  ) as Record<string, object>
}

let workshop: Workshop
let said: readonly string[]
beforeAll(() => {
  workshop = createWorkshop({ guards: { text: serviceOf(guards), servers: ['fastify'] } })
  said = workshop.compile()
}, 120_000)
afterAll(() => {
  workshop.remove()
})

describe('guards of a generated server', () => {
  it('a server with guards of similar names compiles in the strictest setting', () => {
    expect(said).toEqual([])
  })

  it('a token of one guard is refused at every route of another guard, over HTTP', async () => {
    const [auth, routes, { handlers }, { registerRoutes }] = await Promise.all([
      workshop.load('guards/generated/auth'),
      workshop.load('guards/generated/routes'),
      workshop.load('guards/handlers'),
      import('../../../src/api-spec/runtime/fastify.js'),
    ])
    const config = configOf(guards)
    const app = Fastify({ forceCloseConnections: true })
    registerRoutes(app, {
      routes: (routes['createRoutes'] as (handlers: unknown) => never[])(handlers),
      gates: (auth['createGates'] as (config: unknown) => never)(config),
      services: {},
    })
    const baseUrl = await app.listen({ port: 0, host: '127.0.0.1' })
    const signers = (
      auth['createSigners'] as (config: unknown) => Record<string, (c: object) => Promise<string>>
    )(config)
    const listed = routeGuards(spec(serviceOf(guards)))
    const wrong: string[] = []
    let [taken, refused] = [0, 0]
    for (const [name, sign] of Object.entries(signers)) {
      const authorization = `Bearer ${await sign({ sub: name })}`
      const own = listed.find(({ guard }) => guard === name)?.secrets[0] ?? ''
      for (const { path, guard, secrets } of listed) {
        const { status } = await fetch(baseUrl + path, { headers: { authorization } })
        // The stub of a handler answers 501: the call came as far as that.
        const expected = secrets.includes(own) ? 501 : 401
        if (status !== expected) wrong.push(`${name} at ${String(guard)}: ${String(status)}`)
        if (status === 501) taken++
        else refused++
      }
    }
    await app.close()
    expect(wrong).toEqual([])
    // Two of the guards have the secrets of one transition.
    expect([taken, refused]).toEqual([guards.length + 2, guards.length * (guards.length - 1) - 2])
  }, 60_000)
})

const word = fc.stringMatching(/^[Aa_][A_1]{0,2}$/)
const anyGuard = fc
  .tuple(fc.option(word, { nil: undefined }), fc.option(word, { nil: undefined }))
  .filter(([jwt, transition]) => jwt !== undefined || transition !== undefined)

/** Random guards; an entry that one of them names as `jwt` is no other's `jwtTransition`. */
const manyGuards = fc.array(anyGuard, { minLength: 1, maxLength: 12 }).map((all) => {
  const single = new Set(all.map(([jwt]) => jwt))
  return all.flatMap(([jwt, transition]): readonly Guard[] => {
    if (transition === undefined || !single.has(transition)) return [[jwt, transition]]
    return jwt === undefined ? [] : [[jwt]]
  })
})

describe('the names of guards', () => {
  const group = ([jwt, jwtTransition]: Guard): RouteGroup => ({
    annotation: {
      ...(jwt === undefined ? {} : { jwt }),
      ...(jwtTransition === undefined ? {} : { jwtTransition }),
    },
    routes: [],
  })

  it('two groups have one guard if and only if they name the same entries in the same places', () => {
    let clashes = 0
    fc.assert(
      fc.property(manyGuards, (all) => {
        const plan = planGuards(all.map(group))
        const names = all.map((each) => plan.of(group(each))?.name)
        for (const [one, name] of all.map((each, index) => [each, names[index]] as const)) {
          expect(name).toMatch(/^[A-Za-z0-9._-]+$/)
          for (const [index, other] of all.entries()) {
            const isSame = one[0] === other[0] && one[1] === other[1]
            expect(names[index] === name).toBe(isSame)
            if (!isSame && one.join('') === other.join('')) clashes++
          }
        }
      }),
      { numRuns: 1000, seed: 25 },
    )
    expect(clashes).toBeGreaterThan(10)
  })

  it('the name of a guard does not depend on the order of the groups', () => {
    fc.assert(
      fc.property(manyGuards, (all) => {
        const [forth, back] = [all, all.toReversed()].map((each) => planGuards(each.map(group)))
        for (const each of all) expect(back?.of(group(each))).toEqual(forth?.of(group(each)))
      }),
      { numRuns: 300 },
    )
  })

  it('an OpenAPI document has a scheme for each guard, and each route asks for its own', () => {
    const read = spec(serviceOf(guards))
    const document = toOpenApi(read)
    expect(Object.keys(document.components.securitySchemes)).toHaveLength(guards.length)
    for (const { path, guard } of routeGuards(read))
      expect(document.paths[path]?.['get']).toMatchObject({ security: [{ [guard ?? '']: [] }] })
  })

  it('a guard keeps the name of its entries unless another guard would have it too', () => {
    const name = (...all: readonly Guard[]) =>
      planGuards(all.map(group)).all.map((each) => each.name)
    expect(name(['Auth', 'Old'])).toEqual(['AuthOld'])
    expect(name(['Auth', 'Old'], ['AuthOld'])).toEqual(['Auth.Old', 'AuthOld'])
    expect(name(['Auth', 'Old'], ['AuthO', 'ld'])).toEqual(['Auth.Old', 'AuthO.ld'])
    expect(name([undefined, 'Old'], ['Auth'])).toEqual(['Old', 'Auth'])
  })
})

describe('routes and guards that one name would hide', () => {
  const said = (text: string) =>
    parseApi(text).diagnostics.map(({ message, start }) => `${String(start.line)}: ${message}`)

  it('an entry that is one secret and two is an error where jwtTransition names it', () => {
    const text =
      '@server (jwt: A)\nservice a { @handler B get /b }\n@server (\njwtTransition: A)\nservice a { @handler C get /c }'
    expect(said(text)).toEqual(["4: jwt and jwtTransition both name 'A'"])
    const goctl = parseApi(text, { mode: 'goctl' })
    expect(() => planGuards(goctl.spec?.groups ?? [])).toThrow("both name 'A'")
    expect(said('@server (jwt: A jwtTransition: A)\nservice a { @handler B get /b }')).toHaveLength(
      1,
    )
  })

  it('a route is the same with its prefix in the block or in the path, so it cannot have two guards', () => {
    const text =
      '@server (jwt: A prefix: /v1)\nservice a { @handler B get /x/:id (R) }\nservice a { @handler C get /v1/x/:name (N) }\ntype R { Id string `path:"id"` }\ntype N { Name string `path:"name"` }'
    expect(said(text)).toEqual(['3: duplicate path expression'])
    const goctl = parseApi(text, { mode: 'goctl' })
    expect(goctl.ok).toBe(true)
    if (goctl.ok) expect(() => toOpenApi(goctl.spec)).toThrow('no router can tell them apart')
  })
})

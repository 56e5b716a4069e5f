import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planService } from '../../../src/api-spec/generate/plan.js'
import { fromOpenApi } from '../../../src/api-spec/openapi/from-openapi.js'
import { type OpenApiDocument } from '../../../src/api-spec/openapi/document.js'
import { toOpenApi } from '../../../src/api-spec/openapi/to-openapi.js'
import { parseApi, renderDiagnostics } from '../../../src/api-spec/language/parse.js'

const segment = fc.constantFrom('a', 'b-c', 'index.html', ':id', ':user-id')
const route = fc.record({
  method: fc.constantFrom('get', 'head', 'post', 'put', 'patch', 'delete', 'options'),
  path: fc.array(segment, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`),
  guard: fc.constantFrom(
    ...['', '@jwt Auth', '@jwt Other', '@server (jwt: Auth jwtTransition: New)'],
    ...['@server (jwt: Auth tokenFrom: bearer,cookie)', '@server (jwt: Other tokenFrom: cookie)'],
    ...['@server (jwt: AuthCookie)', '@server (jwt: Auth tokenFrom: "cookie:__Host-x")'],
  ),
  demand: fc.constantFrom(
    '',
    '',
    'scopes: "a:b, c"',
    'roles: "site admin,x"',
    'scopes: c roles: x',
    'recentLogin: 5m',
    'optional: true',
    'optional: true',
  ),
})
const block = fc.record({
  server: fc.constantFrom(
    ...['', 'prefix: /v1', 'jwt: Auth', 'jwt: Other prefix: /v2/x'],
    ...['jwt: Auth tokenFrom: cookie,bearer', 'jwt: Auth tokenFrom: cookie roles: z'],
    ...['jwt: Auth scopes: "d:e,f"', 'jwt: Auth prefix: /v3 roles: y,z scopes: "d:e"'],
  ),
  routes: fc.array(route, { minLength: 1, maxLength: 5 }),
})

/** Services that have only in common that the parser takes them. */
const services = fc.array(block, { minLength: 1, maxLength: 4 }).map((blocks) => {
  let count = 0
  return blocks
    .map(({ server, routes }) => {
      const items = routes.map(
        ({ method, path, guard, demand }) =>
          `${annotated(guard, demand, server)} @handler h${String(count++)} ${method} ${path}`,
      )
      return `@server (${server}) service a {\n${items.join('\n')}\n}`
    })
    .join('\n')
})

/** What stands before a route; without a guard a demand would be refused. */
function annotated(guard: string, demand: string, server: string): string {
  if (demand === '' || (guard === '' && !server.includes('jwt'))) return guard
  if (guard.startsWith('@server')) return guard.replace(')', ` ${demand})`)
  return `${guard} @server (${demand})`
}

/** Where a document says that a token is. */
function placeOf(scheme: unknown): unknown {
  const { type, name } = scheme as { readonly type?: unknown; readonly name?: unknown }
  return type === 'http' ? 'Authorization' : name
}

/** A scheme stands for the tokens of one guard in one place, and no other scheme does. */
class Meanings {
  readonly #ofScheme = new Map<string, string>()
  readonly #schemeOf = new Map<string, string>()

  note(scheme: string, meaning: string): void {
    expect(this.#ofScheme.get(scheme) ?? meaning).toBe(meaning)
    expect(this.#schemeOf.get(meaning) ?? scheme).toBe(scheme)
    this.#ofScheme.set(scheme, meaning)
    this.#schemeOf.set(meaning, scheme)
  }
}

describe('an .api file, its OpenAPI document, and the guards made of that', () => {
  it('an .api file, its OpenAPI document and its guards protect the same operations in the same way', () => {
    const seen = {
      ...{ open: 0, guarded: 0, optional: 0, refused: 0, scopes: 0, roles: 0, recent: 0 },
      ...{ cookie: 0, twoWays: 0, optionalTwoWays: 0, scopedTwoWays: 0 },
    }
    fc.assert(
      fc.property(services, (text) => {
        const result = parseApi(text)
        if (!result.ok) {
          // Two routes that no router can tell apart, one parameter twice, or a demand where no token is needed.
          expect(renderDiagnostics(result)).toMatch(/path|parameter|param|optional/)
          seen.refused++
          return
        }
        const plan = planService(result.spec)
        const { routes } = plan
        // As it would be read back from a file.
        const document = JSON.parse(JSON.stringify(toOpenApi(result.spec))) as OpenApiDocument
        const meant = new Meanings()
        const guards = fromOpenApi(document)
        guards.requireRoutes(routes)
        for (const { method, path, guard, scopes, roles, recentLogin, optional } of routes) {
          const kind = guard === null ? 'open' : optional ? 'optional' : 'guarded'
          const found = guards.find({ method, path: '/', pattern: path })
          expect(found).toMatchObject({ kind, roles, recentLogin })
          const { entries, bearer, cookie } = plan.guards.find(({ name }) => name === guard) ?? {}
          const ways = [...(bearer === true ? ['Authorization'] : []), cookie ?? []].flat()
          const alternatives = found?.alternatives ?? []
          expect(alternatives).toHaveLength(ways.length)
          for (const [index, alternative] of alternatives.entries()) {
            const scheme = alternative[0]?.scheme ?? ''
            expect(alternative).toEqual([{ scheme, scopes }])
            expect(placeOf(document.components.securitySchemes[scheme])).toBe(ways[index])
            meant.note(scheme, `${String(entries)} ${String(ways[index])}`)
          }
          seen[kind]++
          if (cookie !== undefined) seen.cookie++
          if (ways.length > 1) {
            seen.twoWays++
            if (optional) seen.optionalTwoWays++
            if (scopes.length > 0) seen.scopedTwoWays++
          }
          if (scopes.length > 0) seen.scopes++
          if (roles.length > 0) seen.roles++
          if (recentLogin !== undefined) seen.recent++
        }
        expect(() => {
          guards.requireRoutes(routes.slice(1))
        }).toThrow('no route for')
      }),
      { numRuns: 1000 },
    )
    expect(Math.min(...Object.values({ ...seen, refused: Infinity }))).toBeGreaterThan(50)
  })
})

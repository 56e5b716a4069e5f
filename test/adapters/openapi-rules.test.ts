import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromOpenApi } from '../../src/api-spec/openapi/from-openapi.js'
import { createVerifier } from '../../src/token/index.js'
import { createGate, select } from '../../src/gate/index.js'
import { callRaw } from './contract/client.js'
import { laxRouters, served } from './lax-routers.js'
import { type Server } from './site.js'
import { audience, issuer, key, token } from './tokens.js'

const open = { security: [] }
const document = {
  openapi: '3.1.0',
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  security: [{ token: [] }],
  paths: {
    '/open': { get: open, post: {} },
    '/users/{id}': { get: open },
    '/users/me': { get: {} },
    '/reports/{id}': { get: open },
    '/a/{y}/b': { get: open },
    '/a/secret/b': { get: {} },
    '/files/{name}': { get: open },
    '/Plans/Gold': { get: open },
    '/plans/gold': { get: {} },
  },
}
const guards = fromOpenApi(document)
const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const gate = createGate({ verify, select: select({ except: guards.except }) })

/** A path that reaches each secret, and every way to write it that some router takes for the same. */
const secrets = ['/users/me', '/reports/internal', '/a/secret/b', '/files/x.json', '/plans/gold']
const spellings = secrets.flatMap((path) => [
  path,
  path.toUpperCase(),
  path.replace(/[a-z]+$/, (last) => last.toUpperCase()),
  path.replace(/^\/[a-z]+/, (first) => first.toUpperCase()),
  path.replace(/\/([a-z])/, (_, letter: string) => `/${letter.toUpperCase()}`),
  path.replaceAll(/\/([a-z])/g, (_, letter: string) => `/${letter.toUpperCase()}`),
  `${path}/`,
  `/${path}`,
  `${path.toUpperCase()}/`,
  path.replaceAll('/', '//'),
  path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  path.replace(/[a-z](?=[^a-z]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  path.replace(/.(?=.$)/, (one) => `%${one.toUpperCase().charCodeAt(0).toString(16)}`),
  `${path};a=b`,
  `${path}?open`,
  `${path}/.`,
  `/open/..${path}`,
  path.replace(/(?<=.)\//, '%2f'),
])

describe.each(Object.entries(laxRouters))('fromOpenApi on %s', (framework, start) => {
  let server: Server
  beforeAll(async () => {
    server = await start(gate)
  })
  afterAll(() => server.close())
  const ask = (line: string, ...fields: string[]) =>
    callRaw(server.base, [`${line} HTTP/1.1`, 'Content-Length: 0', ...fields])

  test('fromOpenApi opens no route that is guarded or missing in the document, however its path is written', async () => {
    const reached: string[] = []
    const send = async (line: string) => {
      const { status, body } = await ask(line)
      if (body.includes('SECRET') || (line.startsWith('HEAD') && status === 200)) reached.push(line)
    }
    for (const path of spellings)
      await Promise.all(['GET', 'HEAD', 'POST'].map((method) => send(`${method} ${path}`)))
    expect(reached).toEqual([])
    expect(spellings.length).toBeGreaterThan(80)
  })

  test('fromOpenApi opens a path without parameters, and no other method of it', async () => {
    expect((await ask('GET /open')).body).toContain('open')
    expect((await ask('POST /open')).status).toBe(401)
    expect((await ask('HEAD /open')).status).toBe(401)
    expect((await ask('GET /open', 'X-HTTP-Method-Override: POST')).status).toBe(401)
    // The path differs from a guarded one by letter case alone, which not every router sees.
    const seesCase = patternIsKnown(framework) && !/caseSensitive|all of/.test(framework)
    expect((await ask('GET /Plans/Gold')).status).toBe(seesCase ? 200 : 401)
  })

  test('fromOpenApi opens an operation with parameters only where the router’s pattern is known', async () => {
    const expected = patternIsKnown(framework) || framework === 'nest' ? 200 : 401
    for (const path of ['/users/bob', '/reports/7', '/a/x/b'])
      expect([path, (await ask(`GET ${path}`)).status]).toEqual([path, expected])
  })

  test('a gate by fromOpenApi admits a valid token to the secrets', async () => {
    const authorization = `Authorization: Bearer ${await token({})}`
    for (const path of ['/users/me', '/reports/internal', '/a/secret/b', '/plans/gold'])
      expect((await ask(`GET ${path}`, authorization)).body).toContain('SECRET')
  })
})

test('the routers serve every kind of route', () => {
  expect(Object.values(served).filter((body) => body === 'SECRET').length).toBe(6)
  expect(Object.keys(laxRouters).length).toBeGreaterThanOrEqual(14)
})

/** These adapters say which route the router has chosen; Nest says so only for routes with parameters. */
function patternIsKnown(framework: string): boolean {
  return /^fastify|^hono/.test(framework)
}

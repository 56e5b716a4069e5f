import { randomBytes } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseApi } from '../../../src/api-spec/language/parse.js'
import { toOpenApi } from '../../../src/api-spec/openapi/to-openapi.js'
import { registerRoutes } from '../../../src/api-spec/runtime/fastify.js'
import { createHandler } from '../../../src/api-spec/runtime/fetch.js'
import { type Route } from '../../../src/api-spec/runtime/route.js'
import { type Gate } from '../../../src/gate/gate.js'
import { type Claims } from '../../../src/token/token.js'
import { createWorkshop, type Workshop } from './project.js'

const text = `syntax = "v1"

type LoginReq {
	Username string \`form:"username"\`
	Password string \`form:"password"\`
}

type ListReq {
	Page int \`form:"page,default=1"\`
}

type MixedReq {
	Dry  bool   \`form:"dry,optional"\`
	Name string \`json:"name"\`
}

type AvatarReq {
	Title string \`form:"title,optional"\`
}

type Resp {
	Said string \`json:"said"\`
}

service forms-api {
	@handler Login
	post /login (LoginReq) returns (Resp)

	@handler List
	get /list (ListReq) returns (Resp)

	@handler Mixed
	post /mixed (MixedReq) returns (Resp)

	@jwt Auth
	@server (
		maxFiles:     2
		maxFileBytes: 100
		fileTypes:    "image/png,text/*"
	)
	@handler Avatar
	put /avatar (AvatarReq) returns (Resp)
}
`

const handlers = `import { type FormsApi } from './generated/service.js'

export const handlers: FormsApi = {
  login: ({ request }) => ({ said: request.username + ' ' + request.password }),
  list: ({ request }) => ({ said: String(request.page) }),
  mixed: ({ request }) => ({ said: request.name + ' ' + String(request.dry) }),
  avatar: async ({ request, files, claims }) => {
    const texts = files('file').map((file) => file.text())
    return { said: [claims.sub, request.title, ...(await Promise.all(texts))].join(' ') }
  },
}
`

const misuse = `import { createClient } from './generated/client.js'
import { type FormsApi } from './generated/service.js'

const client = createClient({ baseUrl: 'http://localhost' })
void client.login({ username: 'a', password: 'b' }, { files: {} })
void client.avatar({}, { files: { file: 'text' } })
export const login: FormsApi['login'] = ({ files }) => ({ said: String(files) })
`

interface Client {
  login(request: object): Promise<unknown>
  list(request: object): Promise<unknown>
  mixed(request: object): Promise<unknown>
  avatar(request: object, options?: object): Promise<unknown>
}
type Routes = readonly Route<object, 'Auth'>[]
type Gates = Readonly<Record<'Auth', Gate<Claims>>>

const config = { Auth: { AccessSecret: randomBytes(48).toString('base64'), AccessExpire: 900 } }
let workshop: Workshop
let said: readonly string[]
let routes: Routes
let gates: Gates
let source: object
let createClient: (options: object) => Client
beforeAll(async () => {
  const files = { 'handlers.ts': handlers, 'misuse.ts': misuse }
  workshop = createWorkshop({ forms: { text, servers: ['fastify', 'fetch'], files } })
  said = workshop.compile()
  const load = async (name: string) => workshop.load(`forms/${name}`)
  const { createRoutes } = await load('generated/routes')
  const { createGates, createSigners } = await load('generated/auth')
  routes = (createRoutes as (api: unknown) => Routes)((await load('handlers'))['handlers'])
  gates = (createGates as (of: object) => Gates)(config)
  const { Auth } = (
    createSigners as (of: object) => Record<string, (claims: object) => Promise<string>>
  )(config)
  const token = await Auth?.({ sub: 'alice' })
  source = { grant: () => ({ token }) }
  createClient = (await load('generated/client'))['createClient'] as typeof createClient
}, 120_000)
afterAll(() => {
  workshop.remove()
})

test('generated code of forms and files compiles, and only routes with maxFiles know files', () => {
  expect(said.map((line) => line.replace(/: .*/, ''))).toEqual(
    [5, 6, 7].map((line) => `forms/misuse.ts:${String(line)}`),
  )
})

describe.each(['fastify', 'fetch'] as const)('generated forms on %s', (server) => {
  let app: FastifyInstance | undefined
  let client: Client
  const sent: { method: string; url: string; type: string | null; body: string }[] = []
  beforeAll(async () => {
    let call: typeof fetch = fetch
    let baseUrl = 'http://localhost:8000'
    if (server === 'fastify') {
      app = Fastify()
      registerRoutes(app, { routes, gates, services: {} })
      baseUrl = await app.listen({ host: '127.0.0.1', port: 0 })
    } else {
      const handle = createHandler({ routes, gates, services: {} })
      call = (input, init) => handle(new Request(input, init))
    }
    const watching: typeof fetch = async (input, init) => {
      const request = new Request(input, init)
      const { method, url, headers } = request
      const body = await request.clone().text()
      sent.push({ method, url: url.replace(baseUrl, ''), type: headers.get('content-type'), body })
      return call(input, init)
    }
    client = createClient({ baseUrl, source, fetch: watching })
  })
  afterAll(() => app?.close())

  test(`the client sends form members in the body to ${server}, and never in the address`, async () => {
    const request = { username: 'ä&b', password: 'canary=1' }
    expect(await client.login(request)).toEqual({ said: 'ä&b canary=1' })
    expect(sent.at(-1)).toEqual({
      method: 'POST',
      url: '/login',
      type: 'application/x-www-form-urlencoded;charset=UTF-8',
      body: 'username=%C3%A4%26b&password=canary%3D1',
    })
    expect(await client.list({ page: 7 })).toEqual({ said: '7' })
    expect(sent.at(-1)).toMatchObject({ url: '/list?page=7', body: '' })
    expect(await client.mixed({ dry: true, name: 'n' })).toEqual({ said: 'n true' })
    expect(sent.at(-1)).toMatchObject({ url: '/mixed?dry=true', body: '{"name":"n"}' })
  })

  test(`the client uploads files to ${server} with a token, and the limits of the .api file hold`, async () => {
    const file = (text: string, type = 'text/plain') => new File([text], 'a', { type })
    const files = { file: [file('one'), file('two', 'image/png')] }
    expect(await client.avatar({ title: 't' }, { files })).toEqual({ said: 'alice t one two' })
    expect(sent.at(-1)?.type).toMatch(/^multipart\/form-data; *boundary=/)
    expect(await client.avatar({ title: 't' })).toEqual({ said: 'alice t' })
    const status = async (...given: readonly File[]) =>
      client.avatar({}, { files: { file: given } }).then(
        () => 200,
        (error: unknown) => (error as { status: unknown }).status,
      )
    expect(await status(file('a'), file('b'), file('c'))).toBe(413)
    expect(await status(file('x'.repeat(101)))).toBe(413)
    expect(await status(file('x', 'application/pdf'))).toBe(415)
  })
})

function specOf(source: string) {
  const result = parseApi(source)
  if (!result.ok) throw new Error('the text is no .api file')
  return result
}

test('OpenAPI shows form members as both kinds of bodies, and in the query where there is no body for them', () => {
  const { paths } = toOpenApi(specOf(text).spec)
  const schema = {
    type: 'object',
    properties: { username: { type: 'string' }, password: { type: 'string' } },
    required: ['username', 'password'],
  }
  expect(paths['/login']?.['post']).toMatchObject({
    requestBody: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': { schema },
        'multipart/form-data': { schema },
      },
    },
  })
  expect(paths['/login']?.['post']).not.toHaveProperty('parameters')
  expect(paths['/list']?.['get']).toMatchObject({ parameters: [{ name: 'page', in: 'query' }] })
  expect(paths['/mixed']?.['post']).toMatchObject({
    parameters: [{ name: 'dry', in: 'query' }],
    requestBody: { content: { 'application/json': {} } },
  })
  expect(paths['/avatar']?.['put']).toMatchObject({
    requestBody: {
      required: false,
      content: {
        'multipart/form-data': {
          schema: {
            additionalProperties: { type: 'string', contentMediaType: 'image/png, text/*' },
          },
        },
      },
    },
  })
})

test('a member that is named like a secret is a warning where it would be in an address', () => {
  const warned = (route: string, tags: string) =>
    specOf(
      `type R { A string \`${tags}\` }\nservice s { @handler H ${route} (R) }`,
    ).diagnostics.map(({ severity, message }) => [
      severity,
      /^'(.*)' would be in the address/.exec(message)?.[1],
    ])
  expect(warned('get /x', 'form:"password"')).toEqual([['warning', 'password']])
  expect(warned('delete /x', 'form:"apiKey,optional"')).toEqual([['warning', 'apiKey']])
  expect(warned('post /x/:reset_token', 'path:"reset_token"')).toEqual([['warning', 'reset_token']])
  expect(warned('post /x', 'form:"password"')).toEqual([])
  expect(warned('post /x', 'json:"password"')).toEqual([])
  expect(warned('get /x', 'header:"x-token"')).toEqual([])
  expect(warned('get /x', 'form:"pageToken"')).toEqual([])
  const mixed =
    'type R { A string `form:"secret"`\nB string `json:"b"` }\nservice s { @handler H post /x (R) }'
  expect(specOf(mixed).diagnostics).toHaveLength(1)
})

test('limits of files need maxFiles, and take numbers and content types', () => {
  const result = (pairs: string) =>
    parseApi(
      `type R { A string \`form:"a"\` }\n@server (${pairs})\nservice s { @handler H post /x (R) }`,
    )
  for (const pairs of ['maxFiles: 0', 'maxFiles: 1 fileTypes: png', 'maxFile: 1'])
    expect([pairs, result(pairs).ok]).toEqual([pairs, false])
  const alone = result('maxFileBytes: 10')
  if (!alone.ok) throw new Error('the file is whole')
  expect(() => toOpenApi(alone.spec)).toThrow(
    "'maxFileBytes' says what files may be: add 'maxFiles'",
  )
})

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import * as fc from 'fast-check'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generate } from '../../../src/api-spec/generate/generate.js'
import { parseApi } from '../../../src/api-spec/language/parse.js'
import { registerRoutes } from '../../../src/api-spec/runtime/fastify.js'
import { createHandler } from '../../../src/api-spec/runtime/fetch.js'
import { type Route } from '../../../src/api-spec/runtime/route.js'
import { type Gate } from '../../../src/gate/gate.js'
import { type Claims } from '../../../src/token/token.js'
import { createWorkshop, type Workshop } from './project.js'

const text = readFileSync(new URL('ids.api', import.meta.url), 'utf8')

const handlersOf = (
  own: string,
  wrong: string,
) => `import { idClaim } from 'jotgate/api-spec/runtime'
import { type IdsApi } from './generated/service.js'

export const seen: unknown[] = []
export const handlers: IdsApi = {
  echo: ({ request }) => {
    seen.push(request)
    return request
  },
  list: ({ request }) => [request, request],
  places: ({ request }) => request,
  range: ({ request }) => request,
  form: ({ request }) => request,
  wrong: () => ({ id: ${wrong} }),
  events: async function* ({ request }) {
    yield request
    yield await Promise.resolve(request)
  },
  mine: ({ claims }) => {
    const id = idClaim(claims, 'userId') ?? 0n
    return { id: ${own} }
  },
}
`

type Send = (request: object) => Promise<unknown>
interface Client extends Record<'echo' | 'list' | 'places' | 'range' | 'form', Send> {
  wrong(): Promise<unknown>
  mine(): Promise<unknown>
  events(request: object): Promise<AsyncGenerator>
}
type Routes = readonly Route<object, 'Auth'>[]
type Gates = Readonly<Record<'Auth', Gate<Claims>>>
interface Project {
  readonly seen: unknown[]
  readonly routes: Routes
  readonly gates: Gates
  readonly source: object
  readonly createClient: (options: object) => Client
}

const big = 9007199254740993n
const config = { Auth: { AccessSecret: randomBytes(48).toString('base64'), AccessExpire: 900 } }
const kinds = ['bigint', 'string'] as const
const beyond = { bigint: '2n ** 64n', string: "'18446744073709551616'" }
let workshop: Workshop
let said: readonly string[]
const projects = new Map<string, Project>()
beforeAll(async () => {
  const sources = kinds.map((int64) => {
    const handlers = handlersOf(int64 === 'bigint' ? 'id' : 'String(id)', beyond[int64])
    const files = { 'handlers.ts': handlers }
    return [int64, { text, int64, servers: ['fastify', 'fetch'] as const, files }] as const
  })
  workshop = createWorkshop(Object.fromEntries(sources))
  said = workshop.compile()
  for (const kind of kinds) projects.set(kind, await load(kind))
}, 120_000)
afterAll(() => {
  workshop.remove()
})

async function load(kind: string): Promise<Project> {
  const part = async (name: string) => workshop.load(`${kind}/${name}`)
  const { createRoutes } = await part('generated/routes')
  const { createGates, createSigners } = await part('generated/auth')
  const { handlers, seen } = await part('handlers')
  const signers = (createSigners as (of: object) => Record<string, Send>)(config)
  const token = await signers['Auth']?.({ sub: 'alice', userId: big })
  return {
    seen: seen as unknown[],
    routes: (createRoutes as (api: unknown) => Routes)(handlers),
    gates: (createGates as (of: object) => Gates)(config),
    source: { grant: () => ({ token }) },
    createClient: (await part('generated/client'))['createClient'] as Project['createClient'],
  }
}

test('generated code with exact numbers of 64 bits compiles', () => {
  expect(said).toEqual([])
})

const least = -(2n ** 63n)
const most = 2n ** 63n - 1n
const edges = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, least, most, 0n, -1n]
const int64s = fc.oneof(fc.bigInt({ min: least, max: most }), fc.constantFrom(...edges))
const uint64s = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constant(2n ** 64n - 1n))
const orders = (own: (value: bigint) => unknown) => {
  const int64 = int64s.map(own)
  const uint64 = uint64s.map(own)
  const keys = fc.string({ minLength: 1, maxLength: 3 }).filter((key) => key !== '__proto__')
  const { order } = fc.letrec((tie) => ({
    order: fc.record(
      {
        id: int64,
        hash: uint64,
        text: int64,
        parent: int64,
        tags: fc.array(int64, { maxLength: 4 }),
        pages: fc.dictionary(keys, int64, { maxKeys: 3, noNullPrototype: true }),
        lines: fc.array(fc.record({ sku: uint64, count: fc.integer() }), { maxLength: 3 }),
        deep: fc.record({ id: int64 }),
        next: tie('order'),
        rate: fc.constantFrom(0.5, 1e20, 7),
      },
      { requiredKeys: ['id', 'hash', 'text', 'tags', 'pages', 'lines', 'deep'] },
    ),
  }))
  return order
}

const pairs = kinds.flatMap((kind) =>
  (['fastify', 'fetch'] as const).map((on) => [kind, on] as const),
)
describe.each(pairs)('numbers of 64 bits as %s on %s', (kind, on) => {
  const own = (value: bigint) => (kind === 'bigint' ? value : String(value))
  let app: FastifyInstance | Server
  let client: Client
  let url: string
  let project: Project
  const sent: string[] = []
  const received: string[] = []
  beforeAll(async () => {
    const found = projects.get(kind)
    if (found === undefined) throw new Error('no project')
    project = found
    const { routes, gates, source, createClient } = project
    if (on === 'fastify') {
      app = Fastify()
      registerRoutes(app, { routes, gates, services: {} })
      url = await app.listen({ host: '127.0.0.1', port: 0 })
    } else {
      const handle = getRequestListener(createHandler({ routes, gates, services: {} }))
      const server = createServer((request, response) => {
        void handle(request, response)
      })
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      app = server
      url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    }
    const watching: typeof fetch = async (input, init) => {
      sent.push(await new Request(input, init).text())
      const response = await fetch(input, init)
      received.push(await response.clone().text())
      return response
    }
    client = createClient({ baseUrl: url, source, fetch: watching })
  })
  afterAll(async () => {
    await app.close()
  })
  const post = async (path: string, body: string) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url + path, { method: 'POST', headers, body })
    return { status: response.status, text: await response.text() }
  }

  test(`random orders come back from ${on} as they were sent, as ${kind}`, async () => {
    let calls = 0
    await fc.assert(
      fc.asyncProperty(orders(own), async (order) => {
        calls++
        expect(await client.echo(order)).toEqual(order)
        expect(project.seen.at(-1)).toEqual(order)
        expect(await client.list(order)).toEqual([order, order])
        const events: unknown[] = []
        for await (const event of await client.events(order)) events.push(event)
        expect(events).toEqual([order, order])
      }),
      { numRuns: 60 },
    )
    expect(calls).toBeGreaterThanOrEqual(60)
  })

  test(`random numbers come back from path, query and header of ${on}, as ${kind}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        int64s,
        uint64s,
        fc.array(int64s, { maxLength: 3 }),
        async (id, hash, many) => {
          const request = { id: own(id), hash: own(hash), many: many.map(own), trace: own(id) }
          const { many: back = [], ...answer } = (await client.places(request)) as {
            many?: unknown[]
          }
          expect(back).toEqual(request.many)
          expect(answer).toEqual({ id: own(id), hash: own(hash), trace: own(id), fall: own(most) })
          expect(await client.form({ id: own(id) })).toEqual({ id: own(id) })
        },
      ),
      { numRuns: 40 },
    )
  })

  test(`numbers travel to and from ${on} as JSON numbers, and as text where the tag says so, as ${kind}`, async () => {
    const plain = { tags: [own(most)], pages: { a: own(least) }, lines: [], deep: { id: own(-1n) } }
    await client.echo({ id: own(big), hash: own(2n ** 64n - 1n), text: own(big), ...plain })
    const json =
      '"id":9007199254740993,"hash":18446744073709551615,"text":"9007199254740993",' +
      '"tags":[9223372036854775807],"pages":{"a":-9223372036854775808},"lines":[],"deep":{"id":-1}'
    expect(sent.at(-1)).toBe(`{${json}}`)
    expect(received.at(-1)).toBe(`{${json}}`)
  })

  const whole = (id: string) => `{"id":${id}}`
  test(`${on} refuses what 64 bits cannot hold, names the member and repeats no value, as ${kind}`, async () => {
    const bodies = [
      ['9223372036854775808', 400],
      ['-9223372036854775809', 400],
      ['1'.repeat(4000), 400],
      ['"5"', 400],
      ['1.5', 400],
      ['1e30', 400],
      ['9007199254740992', 400],
      ['9223372036854775807', 400],
      ['9007199254740993', 200],
      ['9223372036854775806', 200],
    ] as const
    for (const [id, status] of bodies) {
      const answer = await post('/range', whole(id))
      expect([id.slice(0, 20), answer.status]).toEqual([id.slice(0, 20), status])
      if (status === 200) expect(answer.text).toBe(`{"id":${id},"kind":9007199254740993}`)
      else expect(answer.text).toContain('"path":"id"')
      if (status === 400 && id.length > 4 && id.length < 20)
        expect(
          answer.text.replaceAll(/-?9223372036854775808|9223372036854775807/g, ''),
        ).not.toContain(id)
    }
    expect(
      (await post('/range', '{"id":9007199254740993,"kind":9007199254740992}')).text,
    ).toContain('must be one of 9007199254740993, -5')
    for (const query of [
      'hash=-1',
      'hash=18446744073709551616',
      'hash=1e3',
      'hash=',
      'hash=01',
      'hash=0x1',
    ])
      expect((await fetch(`${url}/places/1?${query}`)).status).toBe(400)
    expect((await fetch(`${url}/places/9223372036854775808?hash=1`)).status).toBe(400)
  })

  test(`a number beyond 2^53 in a member without a type reaches the handler on ${on} exactly, and back, as ${kind}`, async () => {
    const required = '"hash":1,"text":"1","tags":[],"pages":{},"lines":[],"deep":{"id":1}'
    const any =
      '"any":{"a":[9007199254740993,1.5,1e20,-18446744073709551616],"b":"9007199254740993"}'
    const answer = await post(
      '/echo',
      `{"id":1,${required},"unknown":9007199254740995,"rate":12345678901234567890,${any}}`,
    )
    expect(answer.status).toBe(200)
    expect(answer.text).toContain(any.replace('1e20', '100000000000000000000'))
    expect(answer.text).toContain('"rate":12345678901234567000')
    expect(answer.text).not.toContain('unknown')
    const { any: seen } = project.seen.at(-1) as { any: { a: unknown[] } }
    expect(seen.a).toEqual([big, 1.5, 1e20, -(2n ** 64n)])
  })

  test(`an answer that 64 bits cannot hold is 500 on ${on}, as ${kind}`, async () => {
    const response = await fetch(`${url}/wrong`)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('18446744073709551616')
  })

  test(`a claim beyond 2^53 reaches a handler on ${on} with all its digits, as ${kind}`, async () => {
    expect(await client.mine()).toEqual({ id: own(big) })
  })
})

test('a default, an option and a length that cannot be are refused where numbers are exact', () => {
  for (const tag of [
    'default=9223372036854775808',
    'options=1|2.5',
    'default=0x10',
    'string,length=[1:2]',
  ]) {
    const result = parseApi(`type R { Id int64 \`json:"id,${tag}"\` }
service a-api {
	@handler A
	post /a (R)
}`)
    if (!result.ok) throw new Error('the text is no .api file')
    expect(() => generate(result.spec, { int64: 'bigint' })).toThrow(/type R: /)
  }
})

test('generate refuses a kind of 64-bit numbers that it does not know', () => {
  const result = parseApi('service a-api {\n\t@handler A\n\tget /a\n}')
  if (!result.ok) throw new Error('the text is no .api file')
  const options = JSON.parse('{"int64":"text"}') as object
  expect(() => generate(result.spec, options)).toThrow(/int64/)
})

import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { createCalls } from '../../../src/api-spec/runtime/client.js'
import { registerRoutes } from '../../../src/api-spec/runtime/fastify.js'
import { createHandler } from '../../../src/api-spec/runtime/fetch.js'
import { HttpError } from '../../../src/api-spec/runtime/http-error.js'
import { open } from '../../../src/api-spec/runtime/route.js'
import * as $ from '../../../src/api-spec/runtime/schema/index.js'

const Any = $.object<{ any?: unknown }>(() => [{ name: 'any', optional: true, read: $.anything }])
const big = 9007199254740993n
const digits = '{"id":9007199254740993}'
const post = { method: 'POST' } as const
const routes = [
  open<object, object, object>({ ...post, path: '/big' }, $.nothing, () => ({ id: big })),
  open<object, object, object>({ ...post, path: '/fail' }, $.nothing, () => {
    throw new HttpError(409, { id: big })
  }),
  open<object, object, object>(
    { ...post, path: '/events', sse: true },
    $.nothing,
    async function* () {
      yield await Promise.resolve({ id: big })
    },
  ),
  open<object, { any?: unknown }, object>({ ...post, path: '/any' }, Any, ({ request }) => request),
]

async function onFastify(path: string, body?: string) {
  const app = Fastify()
  registerRoutes(app, { routes, gates: {}, services: {} })
  const headers = { 'content-type': 'application/json' }
  const { statusCode, body: text } = await app.inject({
    ...post,
    url: path,
    ...(body === undefined ? {} : { headers, body }),
  })
  await app.close()
  return { status: statusCode, text }
}

async function onFetch(path: string, body?: string) {
  const headers = { 'content-type': 'application/json' }
  const init = body === undefined ? post : { ...post, headers, body }
  const handle = createHandler({ routes, gates: {}, services: {} })
  const response = await handle(new Request(`http://localhost${path}`, init))
  return { status: response.status, text: await response.text() }
}

test.each([
  ['Fastify', onFastify],
  ['Fetch', onFetch],
] as const)(
  'a bigint in an answer is sent with all its digits on %s, without a setting',
  async (_, call) => {
    expect(await call('/big')).toEqual({ status: 200, text: digits })
    expect(await call('/fail')).toEqual({ status: 409, text: digits })
    expect(await call('/events')).toEqual({ status: 200, text: `data: ${digits}\n\n` })
  },
)

test.each([
  ['Fastify', onFastify],
  ['Fetch', onFetch],
] as const)('without the setting %s reads numbers as JSON.parse does', async (_, call) => {
  const text = '{"any":[9007199254740992,0.5]}'
  expect(await call('/any', '{"any":[9007199254740993,0.5]}')).toEqual({ status: 200, text })
})

test('a client sends a bigint with all its digits, without a setting', async () => {
  const sent: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    sent.push(request.url.replace('http://localhost', ''), await request.text())
    return new Response(digits)
  }
  const { call } = createCalls({ baseUrl: 'http://localhost', fetch })
  const route = { ...post, path: '/a/:id', from: { id: 'path', q: 'form' }, body: true } as const
  expect(await call(route, { id: big, q: big, any: [big] })).toEqual({ id: 9007199254740992 })
  expect(sent).toEqual([`/a/${String(big)}?q=${String(big)}`, `{"any":[${String(big)}]}`])
  expect(await call({ ...route, exact: true }, { id: 1 })).toEqual({ id: big })
})

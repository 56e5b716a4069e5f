import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import Fastify from 'fastify'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerRoutes } from '../../../src/api-spec/runtime/fastify.js'
import { createHandler } from '../../../src/api-spec/runtime/fetch.js'
import { guarded, open } from '../../../src/api-spec/runtime/route.js'
import { list, numberText, object, text } from '../../../src/api-spec/runtime/schema/index.js'
import { createGate, from } from '../../../src/gate/index.js'
import { sign, verify } from '../../gate/tokens.js'

interface Order {
  readonly name: string
  readonly count: number
  readonly tags?: readonly string[]
}
const Order = object<Order>(() => [
  { name: 'name', from: 'form', read: text({ length: { to: 20 } }) },
  { name: 'count', from: 'form', fallback: 1, read: numberText({ whole: 'int' }) },
  { name: 'tag', from: 'form', optional: true, many: true, read: list(text()) },
])
const Json = object<{ name: string }>(() => [{ name: 'name', read: text() }])

const echo = ({ request }: { readonly request: object }) => request
const routes = [
  open({ method: 'POST', path: '/form', form: {} }, Order, echo),
  open({ method: 'POST', path: '/strict', form: {}, strict: true }, Order, echo),
  open({ method: 'PUT', path: '/json' }, Json, echo),
  open({ method: 'POST', path: '/small', form: { maxFiles: 1 }, maxBytes: 200 }, Order, echo),
  open(
    {
      method: 'POST',
      path: '/upload',
      form: { maxFiles: 2, maxFileBytes: 10, fileTypes: ['text/plain', 'image/*'] },
    },
    Order,
    async ({ request, files }) => {
      const sent = files('file').map(async (file) => [file.name, file.type, await file.text()])
      return { ...request, files: await Promise.all(sent) }
    },
  ),
  guarded<object, 'Auth', Order, object>(
    { guard: 'Auth', method: 'POST', path: '/guarded', form: {} },
    Order,
    echo,
  ),
]
const gate = createGate({ verify, extract: from.first(from.bearer(), from.cookie('token')) })
const setup = { routes, gates: { Auth: gate }, services: {}, pages: ['https://shop.example'] }

type Serve = () => Promise<{ readonly origin: string; readonly close: () => unknown }>

const serveFetch: Serve = async () => {
  const app = getRequestListener(createHandler(setup))
  const server = createServer((request, response) => void app(request, response))
  return listening(server)
}
const serveExpress: Serve = async () => {
  const app = express()
  app.use(getRequestListener(createHandler(setup)))
  return listening(createServer(app))
}
const serveFastify: Serve = async () => {
  const app = Fastify()
  registerRoutes(app, setup)
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  return { origin, close: () => app.close() }
}

async function listening(server: ReturnType<typeof createServer>) {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return { origin: `http://127.0.0.1:${String(port)}`, close: () => server.close() }
}

describe.each([
  ['Fastify', serveFastify],
  ['Fetch', serveFetch],
  ['Express', serveExpress],
])('forms on %s', (name, serve) => {
  let running: Awaited<ReturnType<Serve>>
  beforeAll(async () => {
    running = await serve()
  })
  afterAll(async () => {
    await running.close()
  })
  const send = async (path: string, init: RequestInit) => {
    const answer = await fetch(running.origin + path, { method: 'POST', ...init })
    return [answer.status, await answer.json()] as [number, Record<string, unknown>]
  }
  const form = (fields: string, headers: Record<string, string> = {}) => ({
    body: fields,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
  const status = async (path: string, init: RequestInit) => (await send(path, init))[0]

  test(`${name} reads the members of a form from an urlencoded body, and from the query beside it`, async () => {
    expect(await send('/form', form('name=a+b%C3%A9&count=3&tag=x&tag=y'))).toEqual([
      200,
      { name: 'a bé', count: 3, tag: ['x', 'y'] },
    ])
    expect(await send('/form?count=4', form('name=a'))).toEqual([200, { name: 'a', count: 4 }])
    expect(await send('/form?name=a', {})).toEqual([200, { name: 'a', count: 1 }])
  })

  test(`${name} refuses a form that does not fit, without repeating what was sent`, async () => {
    const problems = async (path: string, init: RequestInit) =>
      (await send(path, init))[1]['problems']
    expect(await problems('/form', form('name=canary&name=canary'))).toEqual([
      { path: 'name', message: 'was sent more than once' },
    ])
    expect(await problems('/form?name=a', form('name=b'))).toEqual([
      { path: 'name', message: 'was sent more than once' },
    ])
    expect(await problems('/form', form('count=x'))).toEqual([
      { path: 'name', message: 'is required' },
      { path: 'count', message: 'must be a number' },
    ])
    expect(await problems('/strict', form('name=a&canary=1'))).toEqual([
      { path: '', message: 'has members that this operation does not know' },
    ])
    expect(await status('/strict', form('name=a'))).toBe(200)
    const many = Array.from({ length: 1001 }, () => 'tag=x').join('&')
    expect(await status('/form', form(`name=a&${many}`))).toBe(413)
    expect(await status('/small', form(`name=${'a'.repeat(300)}`))).toBe(413)
    const latin = { 'content-type': 'application/x-www-form-urlencoded; charset=latin1' }
    expect(await status('/form', form('name=a', latin))).toBe(415)
  })

  test(`${name} takes a form only where a route has members for it`, async () => {
    const init = { ...form('name=a'), method: 'PUT' }
    expect(await status('/json', init)).toBe(415)
    expect(await status('/json', { method: 'PUT', body: new FormData() })).toBe(415)
    const json = { headers: { 'content-type': 'application/json' }, body: '{"name":"a"}' }
    expect(await status('/json', { ...json, method: 'PUT' })).toBe(200)
    expect(
      await status('/form', { body: 'name=a', headers: { 'content-type': 'text/plain' } }),
    ).toBe(415)
  })

  const upload = (...files: readonly (readonly [string, string, string])[]) => {
    const data = new FormData()
    data.append('name', 'a')
    for (const [file, content, type] of files)
      data.append('file', new Blob([content], { type }), file)
    return { body: data }
  }

  /** As browsers send a file input without a file. */
  const leftEmpty = {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: [
      '--x\r\ncontent-disposition: form-data; name="name"\r\n\r\na',
      '--x\r\ncontent-disposition: form-data; name="file"; filename=""',
      'content-type: application/octet-stream\r\n\r\n',
      '--x--\r\n',
    ].join('\r\n'),
  }

  test(`${name} hands the files of a form to the handler, and refuses too many, too long and others`, async () => {
    expect(
      await send('/upload', upload(['a.txt', 'one', 'text/plain'], ['b.png', 'two', 'image/png'])),
    ).toEqual([
      200,
      {
        name: 'a',
        count: 1,
        files: [
          ['a.txt', 'text/plain', 'one'],
          ['b.png', 'image/png', 'two'],
        ],
      },
    ])
    expect(await send('/upload', leftEmpty)).toEqual([200, { name: 'a', count: 1, files: [] }])
    const file = ['a.txt', 'one', 'text/plain'] as const
    expect(await status('/upload', upload(file, file, file))).toBe(413)
    expect(await status('/upload', upload(['a.txt', 'eleven bytes', 'text/plain']))).toBe(413)
    expect(await status('/upload', upload(['a.html', '<p>', 'text/html']))).toBe(415)
    expect(await send('/form', upload(file))).toMatchObject([
      400,
      { problems: [{ path: '', message: 'must not hold a file' }] },
    ])
    expect(await status('/small', upload(['a.txt', 'a'.repeat(300), 'text/plain']))).toBe(413)
  })

  test(`${name} refuses a multipart body that is no form`, async () => {
    const type = (value: string, body: string) => ({ body, headers: { 'content-type': value } })
    expect(await status('/form', type('multipart/form-data', '--x--'))).toBe(400)
    expect(await status('/form', type('multipart/form-data; boundary=x', 'canary'))).toBe(400)
    const part = '--x\r\ncontent-disposition: form-data; name="tag"\r\n\r\n1\r\n'
    expect(
      await status('/form', type('multipart/form-data; boundary=x', `${part.repeat(1001)}--x--`)),
    ).toBe(413)
    const whole = `--x\r\ncontent-disposition: form-data; name="name"\r\n\r\na\r\n--x--\r\n`
    expect(await status('/form', type('multipart/form-data; boundary="x"', whole))).toBe(200)
    // Two readers may find different boundaries in these, and count the parts of one that is not there.
    for (const parameters of [
      'boundary =x; boundary=y',
      'boundary=x; boundary=y',
      'a="; boundary=y"; boundary=x; boundary =y',
      'a="\\"; boundary=y"; boundary=x',
      'boundary="\\x"',
      'boundary="x',
      'boundary=""',
      'boundary=ä',
    ]) {
      const given = type(`multipart/form-data; ${parameters}`, whole)
      expect([400, 415], parameters).toContain(await status('/form', given))
    }
    const plain = type('multipart/form-data; charset=utf-8; Boundary=x', whole)
    expect(await status('/form', plain)).toBe(200)
  })

  test(`${name} refuses forms of pages of other sites`, async () => {
    const from = (headers: Record<string, string>, path = '/form') =>
      status(path, form('name=a', headers))
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    expect(await from(foreign)).toBe(403)
    expect(
      await from({ 'sec-fetch-site': 'same-site', origin: 'https://other.shop.example' }),
    ).toBe(403)
    expect(await from({ origin: 'https://evil.example' })).toBe(403)
    expect(await from({ origin: 'null' })).toBe(403)
    expect(await from({ 'sec-fetch-site': 'same-origin' })).toBe(200)
    const own = { 'sec-fetch-site': 'same-origin', origin: 'https://api.shop.example' }
    expect(await from(own)).toBe(200)
    expect(await from({ 'sec-fetch-site': 'cross-site', origin: 'https://shop.example' })).toBe(200)
    // A request without a body is as simple to send as a form.
    expect(await status('/form?name=a', { headers: foreign })).toBe(403)
    const json = { headers: { 'content-type': 'application/json', ...foreign }, body: '{}' }
    expect(await status('/form?name=a', json)).toBe(200)
    expect(await status('/upload', { ...upload(), headers: foreign })).toBe(403)
  })

  test(`${name} takes a cookie with a form only from an own page`, async () => {
    const token = await sign({ sub: 'a' })
    const cookie = { cookie: `token=${token}` }
    const at = (headers: Record<string, string>) => status('/guarded', form('name=a', headers))
    expect(await at(cookie)).toBe(403)
    expect(
      await at({ ...cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
    ).toBe(403)
    expect(
      await at({ ...cookie, 'sec-fetch-site': 'cross-site', origin: 'https://shop.example' }),
    ).toBe(403)
    expect(
      await at({ ...cookie, 'sec-fetch-site': 'same-site', origin: 'https://shop.example' }),
    ).toBe(200)
    expect(await at({ ...cookie, 'sec-fetch-site': 'same-origin' })).toBe(200)
    const own = { 'sec-fetch-site': 'same-origin', origin: 'https://api.shop.example' }
    expect(await at({ ...cookie, ...own })).toBe(200)
    const bearer = { authorization: `Bearer ${token}` }
    expect(await at(bearer)).toBe(200)
    expect(
      await at({ ...bearer, 'sec-fetch-site': 'cross-site', origin: 'https://app.example' }),
    ).toBe(200)
    const basic = { authorization: 'Basic YTpi', 'sec-fetch-site': 'cross-site' }
    expect(await status('/form', form('name=a', basic))).toBe(403)
  })
})

test('a server refuses pages that are no origins', () => {
  expect(() => createHandler({ ...setup, pages: ['https://shop.example/'] })).toThrow(/origins/)
})

import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { guardedFetch, type Lookup } from '../../../src/key-sources/remote/guarded-fetch.js'

const closing: (() => unknown)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server of loopback, and the requests that it got. */
async function startServer(answer: RequestListener) {
  const seen: { readonly request: IncomingMessage; readonly body: string }[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push({ request, body })
      answer(request, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  return { seen, url: new URL(`http://localhost:${String(port)}/hook`) }
}

const lookupOf =
  (...answers: string[]): Lookup =>
  (_, __, done) => {
    done(null, [{ address: answers.shift() ?? '127.0.0.1', family: 4 }])
  }

const request = (more: { readonly body?: string } = {}) => ({
  ...{ headers: { 'content-type': 'application/json' }, redirect: 'manual' as const },
  ...{ signal: new AbortController().signal, ...more },
})
const local = { reach: 'loopback', insecureHttp: [] } as const

test('a body is sent by POST with its length, and without one a GET is sent', async () => {
  const { seen, url } = await startServer((_, response) => response.writeHead(204).end())
  const send = guardedFetch(local, lookupOf())
  expect((await send(url, request({ body: '{"name":"Zoë"}' }))).status).toBe(204)
  expect((await send(url, request())).status).toBe(204)
  expect(seen.map(({ request: { method }, body }) => [method, body])).toEqual([
    ['POST', '{"name":"Zoë"}'],
    ['GET', ''],
  ])
  expect(seen[0]?.request.headers).toMatchObject({
    'content-length': '15',
    'content-type': 'application/json',
  })
})

test('a redirect of a POST is the answer: nothing is sent to where it leads', async () => {
  const other = await startServer((_, response) => response.end())
  const { url } = await startServer((_, response) =>
    response.writeHead(307, { location: other.url.href }).end(),
  )
  const { status } = await guardedFetch(local, lookupOf())(url, request({ body: 'a body' }))
  expect(status).toBe(307)
  expect(other.seen).toEqual([])
})

test('a POST goes to the address that was checked, although the name leads elsewhere a moment later', async () => {
  const { seen, url } = await startServer((_, response) => response.end())
  const send = guardedFetch(local, lookupOf('127.0.0.1', '10.0.0.1'))
  expect((await send(url, request({ body: 'first' }))).status).toBe(200)
  await expect(send(url, request({ body: 'second' }))).rejects.toMatchObject({ kind: 'address' })
  expect(seen.map(({ body }) => body)).toEqual(['first'])
})

test('a body is not sent to an address out of reach', async () => {
  const { seen, url } = await startServer((_, response) => response.end())
  const outside = new URL(`https://hooks.example:${url.port}/`)
  const send = guardedFetch({ reach: 'public', insecureHttp: [] }, lookupOf('127.0.0.1'))
  await expect(send(outside, request({ body: 'a secret' }))).rejects.toMatchObject({
    name: 'RemoteProblem',
    kind: 'address',
  })
  expect(seen).toEqual([])
})

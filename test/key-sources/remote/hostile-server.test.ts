import type { IncomingMessage } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { publicJwk } from '../../../src/key/index.js'
import { json, setOf, status, type JwksServer } from './jwks-server.js'
import { ecKey, setUp, signWith, verifierOf } from './setup.js'

const [a, b] = [ecKey(), ecKey()]
const good = publicJwk(a)
const rows: Record<string, { answer: JwksServer['answer']; kind: string; message?: RegExp }> = {
  'status 500': { answer: status(500), kind: 'status', message: /500/ },
  ...Object.fromEntries(
    // Statuses that HTTP does not have, and `Response` refuses.
    ['000', '099', '600', '999'].map((code) => [
      `the status line "HTTP/1.1 ${code}"`,
      {
        answer: (request: IncomingMessage) => {
          request.socket.end(
            `HTTP/1.1 ${code} X\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
          )
        },
        kind: 'status',
      },
    ]),
  ),
  'a redirect to a good set': {
    answer: (request, response) => {
      if (request.url === '/moved') setOf([b])(request, response)
      else response.writeHead(302, { location: '/moved' }).end()
    },
    kind: 'redirect',
  },
  'a redirect to cloud credentials': {
    answer: status(307, { location: 'http://169.254.169.254/latest/' }),
    kind: 'redirect',
  },
  '304 that nobody asked for': { answer: status(304), kind: 'status' },
  HTML: { answer: json('<html>', { 'content-type': 'text/html' }), kind: 'content type' },
  'HTML that says it is JSON': { answer: json('<html>'), kind: 'not JSON' },
  'no content type': {
    answer: (_, response) => response.end(JSON.stringify({ keys: [good] })),
    kind: 'content type',
  },
  'a body of 1 MB': { answer: json('{"keys":[' + ' '.repeat(1_000_000)), kind: 'too large' },
  'a body of 1 MB in pieces': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => {
        response.write(' '.repeat(50_000))
      }, 1)
      response.on('close', () => {
        clearInterval(timer)
      })
    },
    kind: 'too large',
  },
  'a trickle': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => {
        response.write(' ')
      }, 20)
      response.on('close', () => {
        clearInterval(timer)
      })
    },
    kind: 'timeout',
  },
  'no answer': { answer: () => undefined, kind: 'timeout' },
  'a broken connection': {
    answer: (request) => {
      request.socket.destroy()
    },
    kind: 'network',
    message: /ECONNRESET/,
  },
  'a body cut off': {
    answer: (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '999' })
      response.write('{"keys":[')
      setTimeout(() => request.socket.destroy(), 10)
    },
    kind: 'network',
  },
  'truncated JSON': { answer: json('{"keys":['), kind: 'not JSON' },
  'an array': { answer: json([good]), kind: 'not JSON' },
  'a member twice': {
    answer: json(`{"keys":[],"keys":[${JSON.stringify(good)}]}`),
    kind: 'not JSON',
  },
  'no keys member': { answer: json({}), kind: 'set' },
  'more than 100 keys': {
    answer: json({ keys: Array.from({ length: 101 }, (_, i) => ({ ...good, kid: String(i) })) }),
    kind: 'set',
    message: /more than 100/,
  },
}

describe('a hostile or failing server', () => {
  test.each(Object.entries(rows))(
    'an answer is refused and the old set stays: %s',
    async (_, row) => {
      const { server, clock, keys, events } = await setUp(setOf([a]), { timeoutMs: 300 })
      const verify = verifierOf(keys, false)
      const token = await signWith(a)
      await verify(token)
      server.answer = row.answer
      clock.add(601)
      await expect(verify(token)).resolves.toBeDefined()
      expect(events).toEqual(['fetched', row.kind])
      const { problem, state, kids } = keys.status()
      expect({ state, kids }).toEqual({ state: 'stale', kids: [a.kid] })
      expect(problem?.kind).toBe(row.kind)
      expect(problem?.message).toMatch(row.message ?? /./)
      expect(server.paths).not.toContain('/moved')
    },
  )

  test('an odd status is refused where a framework has put a Response that takes it in place', async () => {
    const { server, clock, keys } = await setUp(setOf([a]))
    const verify = verifierOf(keys, false)
    const token = await signWith(a)
    await verify(token)
    server.answer = rows['the status line "HTTP/1.1 999"']?.answer ?? server.answer
    clock.add(601)
    // What @hono/node-server does: its Response looks at the status when its body is read.
    vi.stubGlobal(
      'Response',
      class {
        readonly status = 999
        readonly headers = new Headers()
      },
    )
    await expect(verify(token)).resolves.toBeDefined()
    vi.unstubAllGlobals()
    expect(keys.status().problem?.kind).toBe('status')
    expect(keys.status().problem?.message).toMatch(/no valid status/)
  })

  test('unusable keys are left out and counted', async () => {
    const { keys } = await setUp(
      json({
        keys: [
          good,
          { kty: 'XYZ', kid: '1' },
          { ...publicJwk(b), kid: '2', use: 'enc' },
          { ...publicJwk(b), kid: '3', key_ops: ['sign'] },
          { ...publicJwk(b), kid: '4', x: 'AAAA' },
          { ...publicJwk(b), kid: '5', alg: 'none' },
        ],
      }),
      {
        onEvent: (event) => {
          expect(event).toMatchObject({
            ...{ type: 'fetched', keys: 1 },
            skipped: ['algorithm', 'use', 'use', 'damaged or weak', 'algorithm'].map(
              (reason, at) => ({ position: at + 1, reason }),
            ),
          })
        },
      },
    )
    await keys.load()
    expect(keys.status().kids).toEqual([a.kid])
    expect.assertions(2)
  })

  test('an error contains neither the answer nor the address', async () => {
    const { server, keys } = await setUp(json('{"keys": "s3cr3t"}'))
    await expect(keys.load()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    const { problem } = keys.status()
    expect(JSON.stringify(problem)).not.toContain('s3cr3t')
    expect(problem?.message).not.toContain(server.origin.slice(7))
  })
})

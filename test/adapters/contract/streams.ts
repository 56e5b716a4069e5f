import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { amount } from '../../setup/amount.js'
import { pipelined } from '../raw-http.js'
import { token } from '../tokens.js'
import { call, callAs, callRaw, expectRefusal, missing, type Behaviour } from './client.js'

const connections = amount({ short: 25, full: 100 })
const perConnection = 100
const interleavedCalls = connections * perConnection

/** The caller's context wherever code runs, bodies that stream, handlers that fail. */
export const streams: readonly Behaviour[] = [
  {
    name: 'the context outlives timers and immediates',
    run: async (base) => {
      const answer = await callAs(await token({ sub: 'dora' }), base, '/time')
      expect(JSON.parse(answer.body)).toEqual({ seen: ['dora', 'dora', 'dora'] })
    },
  },
  {
    name: 'the context reaches an async iterator that produces the body',
    run: async (base) => {
      expect((await callAs(await token({ sub: 'eve' }), base, '/lines')).body).toBe(
        'eve\neve\neve\n',
      )
    },
  },
  {
    name: 'the context reaches listeners on the request body',
    run: async (base) => {
      const sender = await token({ sub: 'finn' })
      const answer = await callAs(sender, base, { path: '/chunks', ...slowUpload() })
      const { seen } = JSON.parse(answer.body) as { seen: unknown[] }
      expect(seen.length).toBeGreaterThan(2)
      expect(new Set(seen)).toEqual(new Set(['finn']))
    },
  },
  {
    name: 'the context reaches a transform between request and answer',
    run: async (base) => {
      const sender = await token({ sub: 'gus' })
      const answer = await callAs(sender, base, { path: '/signed', ...slowUpload() })
      expect(answer.body).toMatch(/^(gus;){2,}$/)
    },
  },
  {
    name: `${String(interleavedCalls)} interleaved calls never see each other's caller`,
    run: expectNoCrossTalk,
  },
  {
    name: 'the next call on the same connection does not inherit the caller',
    run: async (base) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const good = await token()
      expect(await get(agent, `${base}/me`, good)).toEqual({ subject: 'alice' })
      expect(await get(agent, `${base}/healthz`)).toEqual({ subject: null })
      agent.destroy()
    },
  },
  {
    name: 'a request body of 1 MB streams through to the handler and back',
    run: async (base) => {
      const body = 'x'.repeat(2 ** 20)
      const answer = await callAs(await token(), base, { path: '/echo', method: 'POST', body })
      expect(answer.body === body).toBe(true)
      expectRefusal(await call(base, '/echo', { method: 'POST', body: 'x' }), missing)
    },
  },
  {
    name: 'an answer arrives while it is still being produced',
    run: async (base) => {
      const headers = { authorization: `Bearer ${await token({ sub: 'hal' })}` }
      const response = await fetch(`${base}/lines`, { headers })
      const reader = (response.body as ReadableStream<Uint8Array>).getReader()
      const first = await reader.read()
      expect(Buffer.from(first.value ?? []).toString()).toBe('hal\n')
      await reader.cancel()
    },
  },
  {
    name: 'a refused upload is answered without waiting for the whole body',
    needsGate: true,
    run: async (base, givenUp) => {
      const lines = ['POST /echo HTTP/1.1', 'Content-Length: 10000000']
      const sent = { body: 'only the beginning', givenUp }
      expect((await callRaw(base, lines, sent)).status).toBe(401)
    },
  },
  {
    name: 'a refused upload in chunks is answered too',
    needsGate: true,
    run: async (base, givenUp) => {
      const lines = ['POST /echo HTTP/1.1', 'Transfer-Encoding: chunked']
      const sent = { body: '5\r\nhello\r\n', givenUp }
      expect((await callRaw(base, lines, sent)).status).toBe(401)
    },
  },
  ...['/throws', '/rejects'].map((path) => ({
    name: `GET ${path}: a failing handler is the framework's 500, and the next call works`,
    run: async (base: string) => {
      const good = await token()
      expect((await callAs(good, base, path)).status).toBe(500)
      expect((await callAs(good, base, '/me')).status).toBe(200)
      expectRefusal(await call(base, path), missing)
    },
  })),
]

/** A body whose chunks arrive one by one, each from the socket and none from the handler's own stack. */
function slowUpload(): RequestInit {
  const body = new ReadableStream<Uint8Array>({
    async start(stream) {
      for (const letter of 'abcd') {
        stream.enqueue(Buffer.from(letter))
        await delay(20)
      }
      stream.close()
    },
  })
  return { method: 'POST', body, duplex: 'half' }
}

/** Every connection sends all its calls at once, each as another caller, and reads the answers in order. */
async function expectNoCrossTalk(base: string): Promise<void> {
  const tokens = await Promise.all(
    Array.from({ length: perConnection }, (_, n) => token({ sub: `caller-${String(n)}` })),
  )
  const seen = await Promise.all(
    Array.from({ length: connections }, () => pipelined(base, '/time', tokens)),
  )
  const wanted = tokens.map((_, n) => [0, 1, 2].map(() => `caller-${String(n)}`))
  for (const answers of seen) {
    expect(answers.map((body) => (JSON.parse(body) as { seen: unknown }).seen)).toEqual(wanted)
  }
}

function get(agent: Agent, url: string, good?: string): Promise<unknown> {
  const headers = good === undefined ? {} : { authorization: `Bearer ${good}` }
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        resolve(JSON.parse(Buffer.concat(chunks).toString()))
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

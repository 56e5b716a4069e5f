import { type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { auth } from '../../../src/adapters/node/express.js'
import { createVerifier } from '../../../src/token/index.js'
import { from, fromContext, createGate, select } from '../../../src/gate/index.js'
import { raw } from '../raw-http.js'
import { audience, issuer, key, token } from '../tokens.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function listen(app: Express): Promise<string> {
  const server = app.listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

async function bearer(claims: object = {}) {
  return { authorization: `Bearer ${await token({ ...claims })}` }
}

describe('the Express middleware', () => {
  test('the Express middleware guards one route, or everything after it', async () => {
    const app = express()
    const gate = createGate({ verify })
    app.get('/one', auth(gate), (request, response) => void response.send(request.auth?.claims.sub))
    app.get('/open', (request, response) => void response.send(String(request.auth === undefined)))
    app.use(auth(gate))
    app.get('/after', (_, response) => void response.send(gate.current().claims.sub))
    const base = await listen(app)
    for (const path of ['/one', '/after']) {
      expect((await fetch(base + path)).status).toBe(401)
      expect(await (await fetch(base + path, { headers: await bearer() })).text()).toBe('alice')
    }
    expect(await (await fetch(`${base}/open`)).text()).toBe('true')
  })

  test('select sees the whole path below a mounted router, including rewrites by middleware', async () => {
    const app = express()
    const router = express.Router()
    const gate = createGate({ verify, select: select({ except: { path: ['/api', '/api/open'] } }) })
    router.use(auth(gate))
    router.get('/{*rest}', (request, response) => void response.send(request.originalUrl))
    app.use((request, _, next) => {
      if (request.url === '/rewritten') request.url = '/api/secret'
      next()
    })
    app.use('/api', router)
    const base = await listen(app)
    const status = async (path: string) => (await fetch(base + path)).status
    expect(await status('/api/open')).toBe(200)
    expect(await status('/api?a=b')).toBe(200)
    expect(await status('/api/secret')).toBe(401)
    expect(await status('/rewritten')).toBe(401)
    expect(await status('/API/open')).toBe(401)
  })

  test('the context outlives the body parser', async () => {
    const app = express()
    app.use(auth(createGate({ verify })), express.json())
    app.post('/', (request, response) => {
      // Whatever the parser made of it.
      const body: unknown = request.body
      response.json({ body, subject: fromContext()?.token.payload.sub })
    })
    const base = await listen(app)
    const length = `{"text":"${'x'.repeat(90_000)}"}`
    const headers = { ...(await bearer()), 'content-type': 'application/json' }
    const answer = await fetch(base, { method: 'POST', headers, body: length })
    expect(await answer.json()).toMatchObject({ subject: 'alice' })
  })

  test('headers set before the gate stay on a refusal', async () => {
    const app = express()
    app.use((_, response, next) => {
      response.set('access-control-allow-origin', 'https://site.example')
      next()
    })
    app.use(auth(createGate({ verify, render: 'goZero' })))
    const answer = await fetch(await listen(app))
    expect([answer.status, await answer.text()]).toEqual([401, ''])
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://site.example')
    expect(answer.headers.get('content-type')).toBeNull()
  })

  test('the Express middleware does not answer a call that earlier middleware has already answered', async () => {
    const app = express()
    let refuse: (error: Error) => void = () => undefined
    const slow = createGate({ verify: () => new Promise<never>((_, reject) => (refuse = reject)) })
    app.use((_, response, next) => {
      next()
      response.status(504).end()
    })
    app.use(auth(slow))
    const base = await listen(app)
    expect((await fetch(base, { headers: await bearer() })).status).toBe(504)
    refuse(new Error('late'))
    expect((await fetch(base, { headers: await bearer() })).status).toBe(504)
  })

  test('a token in a cookie or a query keeps the answer out of shared caches', async () => {
    const app = express()
    const extract = from.one(from.bearer(), from.cookie('token'))
    app.use(auth(createGate({ verify, extract })))
    app.get('/', (_, response) => void response.send('in'))
    const base = await listen(app)
    const answer = await fetch(base, { headers: { cookie: `token=${await token()}` } })
    expect(answer.headers.get('cache-control')).toBe('private')
    const two = [`Cookie: token=${await token()}`, `Authorization: Bearer ${await token()}`]
    expect((await raw(base, ['GET / HTTP/1.1', ...two])).status).toBe(400)
  })
})

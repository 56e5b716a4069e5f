import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { auth } from '../../../src/adapters/web/hono.js'
import { createVerifier } from '../../../src/token/index.js'
import { from, createGate, select } from '../../../src/gate/index.js'
import { audience, issuer, key, token } from '../tokens.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const opening = (path: string) => createGate({ verify, select: select({ except: { path } }) })

describe('the Hono middleware', () => {
  test('a pattern opens only its own route, not another one that answers first', async () => {
    const app = new Hono()
    app.use(auth(opening('/items/:id')))
    app.get('/items/mine', (c) => c.text('secret'))
    app.get('/items/:id', (c) => c.text('open'))
    app.all('/all/items', (c) => c.text('secret'))
    expect(await (await app.request('/items/7')).text()).toBe('open')
    expect((await app.request('/items/mine')).status).toBe(401)
    expect((await app.request('/items/m%69ne')).status).toBe(401)
    expect((await app.request('/all/items')).status).toBe(401)
  })

  test('a pattern does not open a handler for all methods that comes before it', async () => {
    const app = new Hono()
    app.use(auth(opening('/items/:id')))
    app.all('/items/*', (c) => c.text('secret'))
    app.get('/items/:id', (c) => c.text('open'))
    expect((await app.request('/items/7')).status).toBe(401)
  })

  test('middleware for all paths does not hide the pattern', async () => {
    const app = new Hono()
    app.use(auth(opening('/items/:id')), async (_, next) => {
      await next()
    })
    app.use('*', async (_, next) => {
      await next()
    })
    app.get('/items/:id', (c) => c.text('open'))
    expect((await app.request('/items/7')).status).toBe(200)
  })

  test('the Hono middleware guards one route, a path, or an application mounted below another', async () => {
    const gate = createGate({ verify })
    const inner = new Hono()
      .use(auth(gate))
      .get('/me', (c) => c.text(gate.current().claims.sub ?? ''))
    const app = new Hono()
    app.get('/one', auth(gate), (c) => c.text(c.var.auth?.claims.sub ?? ''))
    app.get('/open', (c) => c.text('open'))
    app.route('/inner', inner)
    const headers = { authorization: `Bearer ${await token()}` }
    for (const path of ['/one', '/inner/me']) {
      expect((await app.request(path)).status).toBe(401)
      expect(await (await app.request(path, { headers })).text()).toBe('alice')
    }
    expect((await app.request('/open')).status).toBe(200)
  })

  test('a token in a cookie keeps the answer private, unless the handler says otherwise', async () => {
    const app = new Hono()
    app.use(auth(createGate({ verify, extract: from.cookie('token') })))
    app.get('/', () => new Response('in'))
    app.get('/own', (c) => c.text('in', 200, { 'Cache-Control': 'no-store' }))
    app.get('/fails', () => {
      throw new Error('a handler failed')
    })
    app.onError((_, c) => c.text('failed', 500))
    const headers = { cookie: `a=b; token=${await token()}` }
    const cached = async (path: string) =>
      (await app.request(path, { headers })).headers.get('cache-control')
    expect(await cached('/')).toBe('private')
    expect(await cached('/own')).toBe('no-store')
    expect(await cached('/fails')).toBe('private')
  })
})

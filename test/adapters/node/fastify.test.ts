import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { auth } from '../../../src/adapters/node/fastify.js'
import { createVerifier } from '../../../src/token/index.js'
import { fromContext, createGate, requireRoles, select } from '../../../src/gate/index.js'
import { audience, issuer, key, token } from '../tokens.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const apps: FastifyInstance[] = []

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

function newApp(): FastifyInstance {
  const app = fastify()
  apps.push(app)
  return app
}

async function as(claims: object, url: string) {
  return { url, headers: { authorization: `Bearer ${await token({ ...claims })}` } }
}

describe('the Fastify plugin', () => {
  test('the Fastify plugin guards routes registered before it, and those of child instances', async () => {
    const app = newApp()
    app.get('/before', () => 'in')
    app.register(auth(createGate({ verify })))
    app.register((child, _, done) => {
      child.get('/child', () => 'in')
      done()
    })
    for (const url of ['/before', '/child']) {
      expect((await app.inject(url)).statusCode).toBe(401)
      expect((await app.inject(await as({}, url))).body).toBe('in')
    }
  })

  test('the plugin on a child instance guards only the child', async () => {
    const app = newApp()
    app.get('/open', () => 'in')
    app.register(async (child) => {
      await child.register(auth(createGate({ verify })))
      child.get('/guarded', () => 'in')
    })
    expect((await app.inject('/open')).statusCode).toBe(200)
    expect((await app.inject('/guarded')).statusCode).toBe(401)
  })

  test('two nested plugins ask both gates, the outer one first', async () => {
    const app = newApp()
    const users = createGate({ verify })
    const admins = createGate({ verify, authorize: requireRoles('admin') })
    app.register(auth(users))
    app.register(async (child) => {
      await child.register(auth(admins))
      child.get('/admin', (request) => [users.current().claims.sub, request.auth?.claims.sub])
    })
    expect((await app.inject('/admin')).statusCode).toBe(401)
    expect((await app.inject(await as({}, '/admin'))).statusCode).toBe(403)
    expect((await app.inject(await as({ role: 'admin' }, '/admin'))).json()).toEqual([
      'alice',
      'alice',
    ])
  })

  test('request.auth is null if no token was required, and never the previous caller', async () => {
    const app = newApp()
    app.register(auth(createGate({ verify, optional: true })))
    app.get('/', (request) => ({ auth: request.auth?.claims.sub ?? null }))
    expect((await app.inject(await as({ sub: 'bob' }, '/'))).json()).toEqual({ auth: 'bob' })
    expect((await app.inject('/')).json()).toEqual({ auth: null })
  })

  test('select sees the router’s pattern', async () => {
    const app = newApp()
    app.register(auth(createGate({ verify, select: select({ except: { path: '/items/:id' } }) })))
    app.get('/items/:id', () => 'open')
    app.get('/items/mine', () => 'guarded')
    expect((await app.inject('/items/a%2fb')).statusCode).toBe(200)
    expect((await app.inject('/items/mine')).statusCode).toBe(401)
    expect((await app.inject('/items/:id/more')).statusCode).toBe(401)
  })

  test('a catch-all route does not open the guarded routes', async () => {
    const app = newApp()
    app.register(auth(createGate({ verify, select: select({ prefix: '/admin' }) })))
    app.get('/*', () => 'everything')
    for (const url of ['/admin', '/ADMIN/x', '/x/..%2fadmin', '/%61dmin', '/a//admin']) {
      expect((await app.inject(url)).statusCode).toBe(401)
    }
    expect((await app.inject('/other')).body).toBe('everything')
  })

  test('a router that ignores case, trailing and double slashes opens no guarded route', async () => {
    const routerOptions = {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
    }
    for (const selector of [select({ path: '/admin' }), select({ except: { path: '/open' } })]) {
      const app = fastify({ routerOptions })
      apps.push(app)
      app.register(auth(createGate({ verify, select: selector })))
      app.get('/admin', () => 'secret')
      app.get('/open', () => 'open')
      for (const url of ['/admin', '/ADMIN', '/admin/', '//admin', '/%61dmin']) {
        expect((await app.inject(url)).statusCode).toBe(401)
      }
      expect((await app.inject('/OPEN/')).body).toBe('open')
    }
  })

  test('hooks of every phase know the caller', async () => {
    const app = newApp()
    const seen: unknown[] = []
    app.register(auth(createGate({ verify })))
    const note = (phase: string) => {
      seen.push([phase, fromContext()?.token.payload.sub])
      return Promise.resolve()
    }
    app.register((child, _, registered) => {
      child.addHook('onRequest', () => note('onRequest'))
      child.addHook('preParsing', () => note('preParsing'))
      child.addHook('preHandler', () => note('preHandler'))
      child.addHook('onSend', () => note('onSend'))
      child.addHook('onResponse', () => note('onResponse'))
      child.post('/', async () => {
        await note('handler')
        return 'ok'
      })
      registered()
    })
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' }
    const answer = await fetch(base, { method: 'POST', headers, body: '{"a":1}' })
    expect(await answer.text()).toBe('ok')
    await app.close()
    const phases = ['onRequest', 'preParsing', 'preHandler', 'handler', 'onSend', 'onResponse']
    expect(seen).toEqual(phases.map((phase) => [phase, 'alice']))
  })

  test('hooks before the gate can add headers to its refusals, as CORS plugins do', async () => {
    const app = newApp()
    app.addHook('onRequest', (_request, reply, done) => {
      reply.header('access-control-allow-origin', 'https://site.example')
      done()
    })
    app.register(auth(createGate({ verify })))
    app.get('/', () => 'in')
    const answer = await app.inject('/')
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['access-control-allow-origin']).toBe('https://site.example')
  })

  test('the Fastify plugin does not answer a call that an earlier hook has already answered', async () => {
    const app = newApp()
    let refuse: (error: Error) => void = () => undefined
    const gate = createGate({ verify: () => new Promise<never>((_, reject) => (refuse = reject)) })
    app.addHook('onRequest', (_request, reply, done) => {
      done()
      void reply.code(504).send('too late')
    })
    app.register(auth(gate))
    app.get('/', () => 'in')
    expect((await app.inject(await as({}, '/'))).statusCode).toBe(504)
    refuse(new Error('late'))
    expect((await app.inject('/nowhere')).statusCode).toBe(504)
  })
})

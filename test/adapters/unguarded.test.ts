import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { getRequestListener } from '@hono/node-server'
import { status } from '@grpc/grpc-js'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { auth as expressAuth } from '../../src/adapters/node/express.js'
import { auth as fastifyAuth } from '../../src/adapters/node/fastify.js'
import { auth as fetchAuth } from '../../src/adapters/web/fetch.js'
import { auth as honoAuth } from '../../src/adapters/web/hono.js'
import { auth as koaAuth } from '../../src/adapters/node/koa.js'
import { JotgateModule } from '../../src/adapters/nest/nest.js'
import { auth as nodeAuth } from '../../src/adapters/node/node.js'
import { AuthError } from '../../src/foundation/errors.js'
import { createVerifier } from '../../src/token/index.js'
import { createGate, select, type Gate, type GateEvent } from '../../src/gate/index.js'
import { listening } from './apps/listening.js'
import { call, closeClients } from './rpc/client.js'
import { startConnect } from './rpc/connect-server.js'
import { startGrpc } from './rpc/grpc-server.js'
import { createRpcSite } from './rpc/site.js'
import { type Server } from './site.js'
import { audience, issuer, key, token } from './tokens.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })

/** The gates in front, and what the handler of `/me` asks. */
interface App {
  readonly gates: readonly Gate<unknown>[]
  readonly ask: () => unknown
}

/** As node and Fetch programs answer an error by themselves: both leave that to the program. */
function caught(ask: () => unknown): { status: number; body: string } {
  try {
    return { status: 200, body: JSON.stringify(ask()) }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return { status: error.status, body: error.message }
  }
}

const frameworks: Readonly<Record<string, (app: App) => Promise<Server>>> = {
  node: ({ gates, ask }) => {
    const listener: Parameters<ReturnType<typeof nodeAuth>>[0] = (_, response) => {
      const { status: code, body } = caught(ask)
      response.writeHead(code).end(body)
    }
    return listening(
      gates.reduceRight<Parameters<typeof listening>[0]>(
        (inner, gate) => nodeAuth(gate)((request, response) => inner(request, response)),
        listener,
      ),
    )
  },
  fetch: ({ gates, ask }) => {
    const handler = () => {
      const { status: code, body } = caught(ask)
      return Promise.resolve(new Response(body, { status: code }))
    }
    return listening(
      getRequestListener(
        gates.reduceRight<(request: Request) => Promise<Response>>(
          (inner, gate) => async (request) => fetchAuth(gate)(inner)(request),
          handler,
        ),
      ),
    )
  },
  express: ({ gates, ask }) => {
    const app = express().set('env', 'test')
    for (const gate of gates) app.use(expressAuth(gate))
    return listening(app.get('/me', (_, response) => void response.json(ask())))
  },
  fastify: async ({ gates, ask }) => {
    const app = fastify({ forceCloseConnections: true })
    for (const gate of gates) app.register(fastifyAuth(gate))
    app.get('/me', () => ask())
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    return { base, close: () => app.close() }
  },
  koa: ({ gates, ask }) => {
    const app = new Koa()
    app.silent = true
    for (const gate of gates) app.use(koaAuth(gate))
    app.use((ctx) => {
      ctx.body = ask()
    })
    return listening(app.callback())
  },
  hono: ({ gates, ask }) => {
    const app = new Hono()
    for (const gate of gates) app.use(honoAuth(gate))
    app.get('/me', (c) => c.json(ask() as object))
    app.onError((error, c) => c.text(error.message, 500))
    return listening(getRequestListener(app.fetch))
  },
  nest: async ({ gates, ask }) => {
    @Controller()
    class Me {
      @Get('me')
      me() {
        return ask()
      }
    }
    const imports = gates.map((gate) => JotgateModule.forRoot({ gate }))
    @Module({ imports, controllers: [Me] })
    class Root {}
    const app = await NestFactory.create(Root, { logger: false, forceCloseConnections: true })
    await app.listen(0, '127.0.0.1')
    return { base: await app.getUrl(), close: () => app.close() }
  },
}

const events: GateEvent[] = []
const own = createGate({ verify })
const optional = createGate({ verify, optional: true })
const other = createGate({ verify, onEvent: (event) => events.push(event) })
const leavesOut = createGate({ verify, select: select({ except: { path: '/me' } }) })

describe.each(Object.entries(frameworks))('gate.current() on %s', (_framework, start) => {
  const servers: Server[] = []
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
    events.length = 0
  })
  const get = async (app: App, isKnown = true) => {
    const server = await start(app)
    servers.push(server)
    const authorization = `Bearer ${await token({ sub: 'alice' })}`
    const answer = await fetch(`${server.base}/me`, isKnown ? { headers: { authorization } } : {})
    return { status: answer.status, body: await answer.text() }
  }

  test('gate.current() returns the caller under its own gate', async () => {
    const answer = await get({ gates: [own], ask: () => own.current().claims })
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('alice')])
  })

  test('gate.current() is 500 under another gate, and the gate’s operator learns of it', async () => {
    const answer = await get({ gates: [own], ask: () => other.current() })
    expect(answer.status).toBe(500)
    expect(events).toMatchObject([
      {
        kind: 'refused',
        code: 'ROUTE_UNGUARDED',
        fault: { stack: expect.stringContaining('unguarded.test') as string },
      },
    ])
  })

  test('gate.current() is 500 where no gate guards the route', async () => {
    for (const gates of [[], [leavesOut], [optional]])
      expect((await get({ gates, ask: () => own.current() }, false)).status).toBe(500)
    expect((await get({ gates: [leavesOut], ask: () => leavesOut.current() })).status).toBe(500)
  })

  test('gate.current() is a refusal without a token under an optional gate, also inside a guarded call', async () => {
    const seen: unknown[] = []
    const ask = () => {
      try {
        return optional.current()
      } catch (error) {
        seen.push(error instanceof AuthError ? error.code : error)
        return {}
      }
    }
    await get({ gates: [optional], ask }, false)
    await get({ gates: [optional, leavesOut], ask }, false)
    expect(seen).toEqual(['TOKEN_MISSING', 'TOKEN_MISSING'])
  })
})

describe('gate.current() in RPC', () => {
  afterAll(closeClients)

  test.each(Object.entries({ grpc: startGrpc, connect: startConnect }))(
    'gate.current() in RPC is no refusal of the caller on %s',
    async (_name, start) => {
      const site = createRpcSite()
      const ask = () => Promise.resolve().then(() => other.current() as never)
      const unary = Object.fromEntries(Object.keys(site.unary).map((name) => [name, ask]))
      const server = await start({ ...site, gates: [optional], unary })
      events.length = 0
      const { code, details } = await call(server.address, 'Me')
      await server.close()
      expect([status.UNKNOWN, status.INTERNAL]).toContain(code)
      expect(details).not.toMatch(/token/i)
      expect(events).toMatchObject([{ code: 'ROUTE_UNGUARDED' }])
    },
  )
})

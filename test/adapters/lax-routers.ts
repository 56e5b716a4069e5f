import 'reflect-metadata'
import { getRequestListener } from '@hono/node-server'
import { Controller, Get, Module, Param, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import fastify, { type FastifyServerOptions } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { auth as expressAuth } from '../../src/adapters/node/express.js'
import { auth as fastifyAuth } from '../../src/adapters/node/fastify.js'
import { auth as fetchAuth } from '../../src/adapters/web/fetch.js'
import { auth as honoAuth } from '../../src/adapters/web/hono.js'
import { auth as koaAuth } from '../../src/adapters/node/koa.js'
import { JotgateModule } from '../../src/adapters/nest/nest.js'
import { auth as nodeAuth } from '../../src/adapters/node/node.js'
import { type Gate } from '../../src/gate/index.js'
import { listening } from './apps/listening.js'
import { type Server } from './site.js'

/** What every server answers, fixed paths before those with parameters: the secrets need a token. */
export const served = {
  'GET /open': 'open',
  'POST /open': 'SECRET',
  'GET /users/me': 'SECRET',
  'GET /users/:name': 'open',
  'GET /reports/internal': 'SECRET', // not in the document
  'GET /reports/:id': 'open',
  'GET /a/secret/b': 'SECRET',
  'GET /a/:x/b': 'open',
  'GET /files/:name.json': 'SECRET', // not in the document
  'GET /files/:name': 'open',
  'GET /plans/gold': 'SECRET',
  'GET /Plans/Gold': 'open',
} as const

type Route = keyof typeof served

const routes = Object.keys(served).map((route) => {
  const [method = '', path = ''] = route.split(' ')
  return { method, path, body: served[route as Route] } // its own keys
})

/** Routes as the most forgiving router would: without case and encoding, slashes merged and cut off. */
function answer(method: string | undefined, url: string): string {
  const [path = ''] = url.split('?')
  const plain = tolerant(decodeURIComponent(path))
  const wanted = method === 'HEAD' ? 'GET' : method
  const found = routes.find(
    (route) =>
      route.method === wanted &&
      new RegExp(`^${tolerant(route.path).replaceAll(/:\w+/g, '[^/]+')}$`).test(plain),
  )
  return found?.body ?? 'none'
}

function tolerant(path: string): string {
  return path
    .toLowerCase()
    .replaceAll(/\/+/g, '/')
    .replace(/(?<=.)\/$/, '')
}

/** A gate in front of these routes on each framework, with each option that makes its router more forgiving. */
export const laxRouters: Readonly<Record<string, (gate: Gate<unknown>) => Promise<Server>>> = {
  node: (gate) => listening(nodeAuth(gate)((q, r) => r.end(answer(q.method, q.url ?? '')))),
  express: (gate) => onExpress(gate, {}),
  'express, strict': (gate) => onExpress(gate, { strict: true, caseSensitive: true }),
  'express, a router in a router': (gate) => {
    const inner = express.Router().use(expressAuth(gate))
    addRoutes(inner)
    return listening(express().use('/', express.Router().use(inner)))
  },
  koa: (gate) =>
    listening(
      new Koa()
        .use(koaAuth(gate))
        .use((ctx) => {
          ctx.body = answer(ctx.method, ctx.url)
        })
        .callback(),
    ),
  fetch: (gate) =>
    listening(
      getRequestListener(
        fetchAuth(gate)(({ method, url }) => new Response(answer(method, new URL(url).pathname))),
      ),
    ),
  hono: (gate) => onHono(gate, new Hono()),
  'hono, strict: false': (gate) => onHono(gate, new Hono({ strict: false })),
  fastify: (gate) => onFastify(gate, {}),
  'fastify, ignoreTrailingSlash': (gate) => onFastify(gate, { ignoreTrailingSlash: true }),
  'fastify, caseSensitive: false': (gate) => onFastify(gate, { caseSensitive: false }),
  'fastify, ignoreDuplicateSlashes': (gate) => onFastify(gate, { ignoreDuplicateSlashes: true }),
  'fastify, all of them': (gate) =>
    onFastify(gate, {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      caseSensitive: false,
    }),
  nest: onNest,
}

function addRoutes(router: express.Router): void {
  for (const { method, path, body } of routes) {
    const handler: express.RequestHandler = (_, response) => void response.send(body)
    if (method === 'POST') router.post(path, handler)
    else router.get(path, handler)
  }
}

function onExpress(gate: Gate<unknown>, options: express.RouterOptions): Promise<Server> {
  const router = express.Router(options)
  addRoutes(router)
  return listening(express().use(expressAuth(gate)).use(router))
}

function onHono(gate: Gate<unknown>, app: Hono): Promise<Server> {
  app.use(honoAuth(gate))
  for (const { method, path, body } of routes) app.on(method, path, (c) => c.text(body))
  return listening(getRequestListener(app.fetch))
}

async function onFastify(
  gate: Gate<unknown>,
  routerOptions: FastifyServerOptions['routerOptions'],
): Promise<Server> {
  const app = fastify({ forceCloseConnections: true, routerOptions: routerOptions ?? {} })
  app.register(fastifyAuth(gate))
  const seen = new Set<string>()
  for (const { method, path, body } of routes) {
    // Without case the first of two routes is the only one.
    const key = `${method} ${routerOptions?.caseSensitive === false ? path.toLowerCase() : path}`
    if (seen.has(key)) continue
    seen.add(key)
    app.route({ method, url: path, handler: () => body })
  }
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  return { base, close: () => app.close() }
}

async function onNest(gate: Gate<unknown>): Promise<Server> {
  @Controller()
  class Routes {
    @Post('open')
    post() {
      return 'SECRET'
    }

    @Get(['open', 'users/:name', 'reports/:id', 'a/:x/b', 'files/:name', 'Plans/Gold'])
    open(@Param('name') name: string | undefined) {
      return name === 'me' ? 'the user called me' : 'open'
    }
  }
  @Controller()
  class Secrets {
    @Get(['users/me', 'reports/internal', 'a/secret/b', 'files/:name.json', 'plans/gold'])
    secret() {
      return 'SECRET'
    }
  }
  @Module({ imports: [JotgateModule.forRoot({ gate })], controllers: [Secrets, Routes] })
  class App {}
  const app = await NestFactory.create(App, { logger: false, forceCloseConnections: true })
  await app.listen(0, '127.0.0.1')
  return { base: await app.getUrl(), close: () => app.close() }
}

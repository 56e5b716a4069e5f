import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { auth as expressAuth } from '../../src/adapters/node/express.js'
import { auth as fastifyAuth } from '../../src/adapters/node/fastify.js'
import { auth as fetchAuth } from '../../src/adapters/web/fetch.js'
import { auth as honoAuth } from '../../src/adapters/web/hono.js'
import { auth as koaAuth } from '../../src/adapters/node/koa.js'
import { auth as nodeAuth } from '../../src/adapters/node/node.js'
import { type Gate } from '../../src/gate/index.js'
import { listening } from './apps/listening.js'
import { type Server } from './site.js'

/** The routes behind the gate, in the one spelling or the other; on node the listener answers everything. */
const routes = { fastify: ['/users', '/users/:id', '/files/*'], express: ['/users', '/users/:id'] }

/** One gate in front of routes with parameters, on each framework. */
export const frameworks = {
  node: (gate: Gate<unknown>) => listening(nodeAuth(gate)((_, response) => response.end('in'))),
  express: (gate: Gate<unknown>) => {
    const app = express().use(expressAuth(gate))
    for (const route of [...routes.express, '/files/*rest']) {
      app.get(route, (_, response) => void response.send('in'))
    }
    return listening(app)
  },
  fastify: async (gate: Gate<unknown>): Promise<Server> => {
    const app = fastify({ forceCloseConnections: true })
    app.register(fastifyAuth(gate))
    for (const route of routes.fastify) app.get(route, () => 'in')
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    return { base, close: () => app.close() }
  },
  koa: (gate: Gate<unknown>) => {
    const app = new Koa().use(koaAuth(gate)).use((ctx) => {
      ctx.body = 'in'
    })
    return listening(app.callback())
  },
  hono: (gate: Gate<unknown>) => {
    const app = new Hono().use(honoAuth(gate))
    for (const route of routes.fastify) app.get(route, (c) => c.text('in'))
    return listening(getRequestListener(app.fetch))
  },
  fetch: (gate: Gate<unknown>) =>
    listening(getRequestListener(fetchAuth(gate)(() => new Response('in')))),
}

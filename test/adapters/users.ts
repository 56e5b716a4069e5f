import { createServer, type Server as NodeServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { once } from 'node:events'
import express from 'express'
import fastify from 'fastify'
import { auth as expressAuth } from '../../src/adapters/express.js'
import { auth as fastifyAuth } from '../../src/adapters/fastify.js'
import { auth as nodeAuth } from '../../src/adapters/node.js'
import { type Gate } from '../../src/middleware/index.js'
import { type Server } from './site.js'

/** The routes behind the gate, in the one spelling or the other; on node the listener answers everything. */
const routes = { fastify: ['/users', '/users/:id', '/files/*'], express: ['/users', '/users/:id'] }

/** One gate in front of routes with parameters, on each framework. */
export const frameworks = {
  node: (gate: Gate<unknown>) =>
    listening(createServer(nodeAuth(gate)((_, response) => response.end('in')))),
  express: (gate: Gate<unknown>) => {
    const app = express().use(expressAuth(gate))
    for (const route of [...routes.express, '/files/*rest']) {
      app.get(route, (_, response) => void response.send('in'))
    }
    return listening(createServer(app))
  },
  fastify: async (gate: Gate<unknown>): Promise<Server> => {
    const app = fastify({ forceCloseConnections: true })
    app.register(fastifyAuth(gate))
    for (const route of routes.fastify) app.get(route, () => 'in')
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    return { base, close: () => app.close() }
  },
}

async function listening(server: NodeServer): Promise<Server> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close().closeAllConnections()
    return Promise.resolve()
  }
  return { base: `http://127.0.0.1:${String(port)}`, close }
}

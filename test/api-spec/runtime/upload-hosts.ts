import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import Fastify from 'fastify'
import express from 'express'
import { registerRoutes } from '../../../src/api-spec/runtime/fastify.js'
import { createHandler } from '../../../src/api-spec/runtime/fetch.js'

/** What is served. */
type Setup = Parameters<typeof createHandler<object, never>>[0]

/** A server that listens. */
export interface Running {
  readonly origin: string
  readonly server: Server
  readonly close: () => unknown
}

async function listening(server: Server): Promise<Running> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  const close = () => {
    server.closeAllConnections()
    return server.close()
  }
  return { origin: `http://127.0.0.1:${String(port)}`, server, close }
}

/** The servers that carry routes, each on a port of its own. */
export const hosts: Readonly<Record<string, (setup: Setup) => Promise<Running>>> = {
  Fastify: async (setup) => {
    const app = Fastify({ forceCloseConnections: true })
    registerRoutes(app, setup)
    const origin = await app.listen({ host: '127.0.0.1', port: 0 })
    return { origin, server: app.server, close: () => app.close() }
  },
  Express: (setup) => {
    const app = express()
    app.use(getRequestListener(createHandler(setup), { overrideGlobalObjects: false }))
    return listening(createServer(app))
  },
  Fetch: (setup) => {
    const listener = getRequestListener(createHandler(setup), { overrideGlobalObjects: false })
    return listening(createServer((request, response) => void listener(request, response)))
  },
}

/** Parts of a form with the boundary `x`. */
export const head = (name: string, file?: string, type = 'text/plain') => {
  const named = file === undefined ? '' : `; filename="${file}"\r\ncontent-type: ${type}`
  return `--x\r\ncontent-disposition: form-data; name="${name}"${named}\r\n\r\n`
}
export const field = (name: string, value: string) => `${head(name)}${value}\r\n`
export const file = (name: string, content: string, type?: string) =>
  `${head('file', name, type)}${content}\r\n`
export const end = '--x--\r\n'

/** How many callers are connected. */
export function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => {
      if (error === null) resolve(count)
      else reject(error)
    })
  })
}

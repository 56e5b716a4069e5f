import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { auth, type Listener } from '../../../src/adapters/node/node.js'
import {
  signChunks,
  subject,
  subjectLines,
  subjectsOverTime,
  type Server,
  type Site,
} from '../site.js'

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** The contract's routes on node:http. */
export async function startNode(site: Site, isGuarded = true): Promise<Server> {
  const routes = routesOf(site)
  const respond: Handler = (request, response) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname
    const handler = routes[`${request.method === 'HEAD' ? 'GET' : String(request.method)} ${path}`]
    if (handler) return handler(request, response)
    response.statusCode = 404
    response.end('no such route')
    return undefined
  }
  const listener = isGuarded
    ? site.gates.reduceRight<Listener<IncomingMessage>>((inner, gate) => auth(gate)(inner), respond)
    : respond
  const server = createServer((request, response) => {
    run(listener, request, response).catch(() => {
      response.statusCode = 500
      response.end('failed')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    base: `http://127.0.0.1:${String(port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

async function run(listener: Handler, request: IncomingMessage, response: ServerResponse) {
  await listener(request, response)
}

function routesOf(site: Site): Readonly<Record<string, Handler>> {
  const count = (handler: Handler): Handler => {
    return (request, response) => {
      site.calls += 1
      return handler(request, response)
    }
  }
  const whoami = answer(() => ({ subject: subject() }))
  const admin = answer(() => ({ secret: true }))
  return {
    'GET /healthz': whoami,
    'GET /public/hello': whoami,
    'GET /calls': answer(() => ({ calls: site.calls })),
    'GET /optional': whoami,
    'GET /orders': whoami,
    'GET /me': count(whoami),
    'POST /me': count(whoami),
    'OPTIONS /me': (_, response) => {
      response.writeHead(204, { 'access-control-allow-origin': 'https://site.example' }).end()
    },
    'GET /time': answer(async () => ({ seen: await subjectsOverTime() })),
    'GET /lines': (_, response) => pipeline(Readable.from(subjectLines()), response),
    'POST /echo': (request, response) => request.pipe(response),
    'POST /signed': (request, response) => request.pipe(signChunks()).pipe(response),
    'POST /chunks': (request, response) => {
      const seen: (string | null)[] = []
      request.on('data', () => seen.push(subject()))
      request.on('end', () => response.end(JSON.stringify({ seen: [...seen, subject()] })))
    },
    'GET /throws': () => {
      throw new Error('a handler failed')
    },
    'GET /rejects': () => Promise.reject(new Error('a handler failed')),
    'GET /admin': admin,
    'GET /area/x': admin,
    'GET /v1/admin': admin,
    'GET /open': whoami,
  }
}

function answer(make: () => unknown): Handler {
  return async (_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(await make()))
  }
}

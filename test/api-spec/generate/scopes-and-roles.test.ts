import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GateEvent } from '../../../src/gate/events.js'
import { listening } from '../../adapters/apps/listening.js'
import { createWorkshop, type Workshop } from './project.js'

const text = readFileSync(new URL('orders.api', import.meta.url), 'utf8')
const config = { Auth: { AccessSecret: randomBytes(48).toString('base64'), AccessExpire: 900 } }

/** What a person writes beside what is generated from orders.api. */
const files = {
  'services.ts': 'export interface Services { readonly ran: string[] }\n',
  'handlers.ts': `import { type OrdersApi } from './generated/service.js'
export const handlers: OrdersApi = {
  ping: () => ({ id: 'ping' }),
  me: () => ({ id: 'me' }),
  list: () => ({ id: 'list' }),
  add: ({ request }) => request,
  remove: () => undefined,
}
`,
  'serve.ts': `import { type FastifyInstance } from 'fastify'
import { auth } from 'jotgate/fastify'
import { type GatesOptions } from 'jotgate/api-spec/runtime'
import { registerRoutes } from 'jotgate/api-spec/fastify'
import { createHandler } from 'jotgate/api-spec/fetch'
import { createGates, createSigners } from './generated/auth.js'
import { type Config } from './generated/config.js'
import { createRoutes } from './generated/routes.js'
import { handlers } from './handlers.js'

const services = { ran: [] }
const routes = createRoutes(handlers)
export const sign = (config: Config, claims: object) => createSigners(config).Auth({ sub: 'alice', ...claims })
export function onFastify(app: FastifyInstance, config: Config, options: GatesOptions): void {
  registerRoutes(app, { routes, gates: createGates(config, options), services })
}
/** The application guards by itself, and knows nothing of scopes and roles. */
export function behindOneGate(app: FastifyInstance, config: Config, options: GatesOptions): void {
  const gates = createGates(config, options)
  void app.register(auth(gates.Auth))
  registerRoutes(app, { routes: routes.filter(({ guard }) => guard !== null), gates, services, appGuards: true })
}
export function handler(config: Config, options: GatesOptions): (request: Request) => Promise<Response> {
  return createHandler({ routes, gates: createGates(config, options), services })
}
`,
}

interface Serve {
  readonly sign: (from: object, claims: object) => Promise<string>
  readonly onFastify: (app: object, from: object, options: object) => void
  readonly behindOneGate: Serve['onFastify']
  readonly handler: (from: object, options: object) => (request: Request) => Promise<Response>
}

let workshop: Workshop
let serve: Serve
const events: GateEvent[] = []
const options = { onEvent: (event: GateEvent) => events.push(event) }

beforeAll(async () => {
  workshop = createWorkshop({ orders: { text, servers: ['fastify', 'fetch'], files } })
  workshop.transpile()
  serve = (await workshop.load('orders/serve')) as unknown as Serve // what the file `serve` above exports
})
afterAll(() => {
  workshop.remove()
})

/** A server on a free port, by its name. */
const servers = {
  Fastify: () => fastify(serve.onFastify),
  Express: async () => {
    const app = express()
    app.use(getRequestListener(serve.handler(config, options)))
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { base: `http://127.0.0.1:${String(port)}`, close: () => server.close() }
  },
  Fetch: () => listening(getRequestListener(serve.handler(config, options))),
} as const

async function fastify(add: Serve['onFastify']) {
  const app = Fastify({ forceCloseConnections: true })
  add(app, config, options)
  return { base: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
}

/** What a server says to a call: its status, and of its challenge the error and the scopes that would do. */
async function call(url: string, claims?: object, init: RequestInit = {}) {
  events.length = 0
  const token = claims && (await serve.sign(config, claims))
  const answer = await fetch(url, {
    ...init,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(init.body != null && { 'content-type': 'application/json' }),
    },
  })
  const challenge = answer.headers.get('www-authenticate') ?? ''
  const [scope, reason] = [/scope="([^"]*)"/, /error="([^"]*)"/].map(
    (part) => part.exec(challenge)?.[1],
  )
  await answer.arrayBuffer()
  return { status: answer.status, reason, scope }
}

const refused = (scope: string) => ({ status: 403, reason: 'insufficient_scope', scope })

describe.each(Object.entries(servers))(
  'a service with scopes and roles in its .api file, on %s,',
  (_name, start) => {
    let server: Awaited<ReturnType<typeof start>>
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server.close())

    it('a service with scopes and roles answers 401 without a token, and 403 without the scope or role', async () => {
      const list = `${server.base}/orders`
      expect((await call(list)).status).toBe(401)
      for (const claims of [
        {},
        { scope: 'orders:read' },
        { roles: ['clerk'] },
        { scope: 'orders:reader', roles: ['clerk'] },
        { scope: 'orders:read', roles: ['clerks'] },
      ])
        expect(await call(list, claims)).toEqual(refused('orders:read'))
    })

    it('a token with the scopes and roles in either form is answered, and open routes ask for none', async () => {
      for (const claims of [
        { scope: 'openid orders:read', roles: ['clerk', 'admin'] },
        { scp: ['orders:read'], role: 'clerk' },
      ])
        expect((await call(`${server.base}/orders`, claims)).status).toBe(200)
      expect((await call(`${server.base}/me`, {})).status).toBe(200)
      expect((await call(`${server.base}/ping/1`)).status).toBe(200)
    })

    it('a route asks for all that it names itself, instead of what its group names', async () => {
      const add = (scope: string) =>
        call(
          `${server.base}/orders`,
          { scope, role: 'clerk' },
          { method: 'POST', body: '{"id":"7"}' },
        )
      const both = 'orders:read orders:write'
      expect(await add('orders:read')).toEqual(refused(both))
      expect(await add('orders:write')).toEqual(refused(both))
      expect((await add(both)).status).toBe(200)
      const remove = (...roles: readonly string[]) =>
        call(`${server.base}/orders/7`, { scope: 'orders:read', roles }, { method: 'DELETE' })
      expect(await remove('clerk')).toEqual(refused('orders:read'))
      expect(await remove('admin')).toEqual(refused('orders:read'))
      expect((await remove('auditor', 'admin')).status).toBe(204)
    })

    it('a service with scopes and roles refuses before the body is read, and calls the hook of the gate', async () => {
      const broken = { method: 'POST', body: '{' }
      const few = { scope: 'orders:read', role: 'clerk' }
      expect((await call(`${server.base}/orders`, few, broken)).status).toBe(403)
      expect(events).toMatchObject([{ kind: 'refused', code: 'FORBIDDEN' }])
      const all = { ...few, scope: 'orders:read orders:write' }
      expect((await call(`${server.base}/orders`, all, broken)).status).toBe(400)
      expect(events).toMatchObject([{ kind: 'authorized' }])
    })
  },
)

describe('a service with scopes and roles whose application guards by itself', () => {
  it('a route refuses a token without its scopes and roles that the application’s gate has admitted', async () => {
    const server = await fastify(serve.behindOneGate)
    const list = `${server.base}/orders`
    expect((await call(list)).status).toBe(401)
    expect(await call(list, { scope: 'orders:read' })).toEqual(refused('orders:read'))
    expect(await call(list, { role: 'clerk' })).toEqual(refused('orders:read'))
    expect((await call(list, { scope: 'orders:read', role: 'clerk' })).status).toBe(200)
    await server.close()
  })
})

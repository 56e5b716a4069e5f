/** What a person writes into the project that is generated from users.api, by path. */
export const handlers = {
  'main.ts': 'export {}\n',
  'on-fastify.ts': `import { type FastifyInstance } from 'fastify'
import { registerRoutes } from 'jotgate/api-spec/fastify'
import { createGates } from './generated/auth.js'
import { createRoutes } from './generated/routes.js'
import { handlers } from './handlers.js'
import { type Services } from './services.js'

export function serve(app: FastifyInstance, services: Services): void {
  registerRoutes(app, { routes: createRoutes(handlers), gates: createGates(services.config), services })
}
`,
  'on-fetch.ts': `import { createHandler } from 'jotgate/api-spec/fetch'
import { createGates } from './generated/auth.js'
import { createRoutes } from './generated/routes.js'
import { handlers } from './handlers.js'
import { type Services } from './services.js'

export function serve(addressOf: () => string, services: Services): (request: Request) => Promise<Response> {
  return createHandler({ routes: createRoutes(handlers), gates: createGates(services.config), services, addressOf })
}
`,
  'services.ts': `import { type Config } from './generated/config.js'
export interface Services { readonly config: Config; readonly log: string[] }
`,
  'handlers.ts': `import { AuthError } from 'jotgate'
import { HttpError } from 'jotgate/api-spec/runtime'
import { createSigners } from './generated/auth.js'
import { type Config } from './generated/config.js'
import { type GuardedHandler, type UserApi } from './generated/service.js'
import type * as types from './generated/types.js'

// In a function of its own, as long handlers are.
const watch: GuardedHandler<object, AsyncIterable<types.Tick>> = async function* () {
  for (let count = 1; count <= 3; count++) yield { count }
}

export const handlers: UserApi = {
  login: async ({ request, services, signal }) => {
    signal.addEventListener('abort', () => services.log.push(request.username + ' has gone'))
    if (request.username === 'bob') {
      services.log.push('bob waits')
      await new Promise((resolve) => { signal.addEventListener('abort', resolve) })
    }
    if (request.username !== 'alice' || request.password !== 'secret') throw new HttpError(401, { msg: 'invalid credentials' })
    const kind: 'web' | 'phone' = request.client
    const config: Config = services.config
    const accessToken = await createSigners(config).Auth({ sub: 'alice', kind })
    return { accessToken, refreshToken: 'r1', expiresIn: config.Auth.AccessExpire }
  },
  refresh: ({ request, headers, setHeader, address }) => {
    setHeader('cache-control', 'private')
    if (request.refreshToken !== 'good') throw new AuthError('REFRESH_UNKNOWN')
    return { accessToken: headers('x-twice').join('|'), refreshToken: address, expiresIn: 0 }
  },
  getProfile: ({ request, claims }) => {
    const page: number = request.page
    const trace = request['X-Trace']
    return {
      street: request['user-id'], name: String(claims.sub), page, tags: request.tag ?? [], scores: {}, nested: { deep: [1] },
      ...(trace === undefined ? {} : { trace }),
    }
  },
  updateProfile: ({ request }) => request,
  adminJobs: {
    slow: ({ signal }) => new Promise((resolve) => { signal.addEventListener('abort', () => { resolve() }) }),
    delete: ({ services }) => ({ street: services.log.join() }),
    watch,
  },
}
`,
  'middleware/audit.ts': `import { type Middleware } from '../generated/service.js'

export const auditMiddleware: Middleware = ({ services, claims }, next) => {
  services.log.push('audit ' + String(claims?.sub))
  return next()
}
`,
  'misuse.ts': `import { createClient } from './generated/client.js'
const client = createClient({ baseUrl: 'http://localhost' })
void client.login({ username: 'alice' })
void client.login({ username: 'alice', password: 'x', client: 'fridge' })
void client.getProfile({ 'user-id': 7 })
void client.adminJobs.nothing()
void client.login({ username: 'alice', password: 'x' }).then(({ expires }) => expires)
`,
  'misuse-server.ts': `import { type UserApi } from './generated/service.js'
import { handlers } from './handlers.js'
const { login, ...others } = handlers
export const without: UserApi = others
export const wrong: UserApi = { ...handlers, login: () => ({ accessToken: 1 }) }
export const open: UserApi = { ...handlers, login: ({ claims }) => login(claims) }
`,
}

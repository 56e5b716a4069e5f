/** What a person writes into the project that is generated from users.api, by path. */
export const handlers = {
  'main.ts': 'export {}\n',
  'handlers/login.ts': `import { createSigners } from '../generated/auth.js'
import { type Config } from '../generated/config.js'
import { HttpError, type Handler } from '../generated/server.js'
import type * as types from '../generated/types.js'

export const loginHandler: Handler<types.LoginReq, types.LoginResp> = async ({ request, services, signal }) => {
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
}
`,
  'services.ts': `import { type Config } from './generated/config.js'
export interface Services { readonly config: Config; readonly log: string[] }
`,
  'handlers/get-profile.ts': `import { type GuardedHandler } from '../generated/server.js'
import type * as types from '../generated/types.js'

export const getProfileHandler: GuardedHandler<types.ProfileReq, types.Profile> = ({ request, claims }) => {
  const page: number = request.page
  const trace = request['X-Trace']
  return {
    street: request['user-id'], name: String(claims.sub), page, tags: request.tag ?? [], scores: {}, nested: { deep: [1] },
    ...(trace === undefined ? {} : { trace }),
  }
}
`,
  'handlers/refresh.ts': `import { AuthError } from 'jotgate'
import { type Handler } from '../generated/server.js'
import type * as types from '../generated/types.js'

export const refreshHandler: Handler<types.RefreshReq, types.LoginResp> = ({ request, headers, setHeader, address }) => {
  setHeader('cache-control', 'private')
  if (request.refreshToken !== 'good') throw new AuthError('REFRESH_UNKNOWN')
  return { accessToken: headers('x-twice').join('|'), refreshToken: address, expiresIn: 0 }
}
`,
  'handlers/update-profile.ts': `import { type GuardedHandler } from '../generated/server.js'
import type * as types from '../generated/types.js'

export const updateProfileHandler: GuardedHandler<types.Profile, types.Profile> = ({ request }) => request
`,
  'handlers/admin/jobs/slow.ts': `import { type GuardedHandler } from '../../../generated/server.js'
import type * as types from '../../../generated/types.js'

export const slowHandler: GuardedHandler<types.Address, void> = ({ signal }) =>
  new Promise((resolve) => { signal.addEventListener('abort', () => { resolve() }) })
`,
  'handlers/admin/jobs/delete.ts': `import { type GuardedHandler } from '../../../generated/server.js'
import type * as types from '../../../generated/types.js'

export const deleteHandler: GuardedHandler<object, types.Address> = ({ services }) => ({ street: services.log.join() })
`,
  'handlers/admin/jobs/watch.ts': `import { type GuardedHandler } from '../../../generated/server.js'
import type * as types from '../../../generated/types.js'

export const watchHandler: GuardedHandler<object, AsyncIterable<types.Tick>> = async function* () {
  for (let count = 1; count <= 3; count++) yield { count }
}
`,
  'middleware/audit.ts': `import { type Middleware } from '../generated/server.js'

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
}

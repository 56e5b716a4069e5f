// Login, refresh, profile and logout of go-zero's JWT guide. `npm run example -- go-zero-user` runs it.
import Fastify from 'fastify'
import { createSessions, createRevocation, createServiceKeys } from 'jotgate'
import { registerRoutes } from 'jotgate/api-spec/fastify'
import { memoryStores } from 'jotgate/stores/memory'
import { config } from './configuration.js'
import { createGates, createSigners } from './generated/auth.js'
import { createRoutes } from './generated/routes.js'
import { handlers } from './handlers.js'
import { createUsers } from './users.js'

const { Auth, RefreshSecret } = config
const users = createUsers()
const stores = memoryStores()
const revocation = createRevocation({
  store: stores.revocations,
  issuer: Auth.Issuer,
  accessTtl: Auth.AccessExpire,
})
await revocation.start()

const sessions = createSessions({
  sign: createSigners(config).Auth,
  store: stores.sessions,
  serviceKey: createServiceKeys({ current: Buffer.from(RefreshSecret, 'base64') }),
  accessTtl: Auth.AccessExpire,
  // The role is read anew at every refresh.
  loadSubject: (id) => {
    const user = users.byId(id)
    return Promise.resolve(user && { claims: { role: user.role } })
  },
  revoke: (entry) => revocation.revoke(entry),
})

const gates = createGates(config, { isRevoked: (token) => revocation.isRevoked(token) })
const app = Fastify()
registerRoutes(app, { routes: createRoutes(handlers), gates, services: { users, sessions } })
const url = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 8888) })
const login = `-H 'content-type: application/json' -d '{"username":"alice","password":"secret"}'`
console.log(`curl ${url}/user/login ${login}`)

import Fastify from 'fastify'
import { requireRoles } from 'jotgate'
import { auth, errorHandler, sessionRoutes } from 'jotgate/fastify'
import { openSqlite, sqliteStores } from 'jotgate/stores/sqlite'
import { createAuth } from './create-auth.js'
import { checkPassword, rolesOf } from './users.js'

const { sessions, gate, gateFor } = await createAuth({
  issuer: 'https://auth.example',
  audience: 'api',
  stores: sqliteStores(await openSqlite(':memory:')),
  loadSubject: (subject) => Promise.resolve({ claims: { roles: rolesOf(subject) } }),
})
const app = Fastify()
app.setErrorHandler(errorHandler(gate))
app.register(sessionRoutes(sessions, { gate, login: checkPassword }), { prefix: '/auth' })
app.register(auth(gate))
app.get('/orders', () => ({ of: gate.current().claims.sub }))
app.register((admin, _, done) => {
  admin.register(auth(gateFor(requireRoles('admin'))))
  admin.get('/admin', () => ({ ok: true }))
  done()
})
await app.listen({ port: Number(process.env['PORT']) })

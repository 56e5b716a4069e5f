import Fastify from 'fastify'
import { createAuth, createGate, requireRoles } from 'jotgate'
import { auth, errorHandler, sessionRoutes } from 'jotgate/fastify'
import { openSqlite, sqliteStores } from 'jotgate/stores/sqlite'
import { checkPassword, loadUser } from './users.js'

const { sessions, gate, verify, revocation } = await createAuth({
  issuer: 'https://auth.example',
  stores: sqliteStores(await openSqlite(':memory:')),
  secret: Buffer.from(process.env['AUTH_SECRET'] ?? '', 'base64'),
  loadSubject: loadUser,
})
const isRevoked = revocation.isRevoked.bind(revocation)
const admins = createGate({ verify, isRevoked, authorize: requireRoles('admin') })
const app = Fastify()
app.setErrorHandler(errorHandler(gate))
app.register(sessionRoutes(sessions, { gate, login: checkPassword }), { prefix: '/auth' })
app.register(auth(gate))
app.get('/orders', () => ({ of: gate.current().claims.sub }))
app.register((admin, _, done) => {
  admin.register(auth(admins))
  admin.get('/admin', () => ({ ok: true }))
  done()
})
await app.listen({ port: Number(process.env['PORT']) })

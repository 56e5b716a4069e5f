import express from 'express'
import { createAuth, createGate, requireRoles } from 'jotgate'
import { auth, errorHandler, sessionRoutes } from 'jotgate/express'
import { openSqlite, sqliteStores } from 'jotgate/stores/sqlite'
import { checkPassword, rolesOf } from './users.js'

const { sessions, gate, verify, revocation } = await createAuth({
  issuer: 'https://auth.example',
  stores: sqliteStores(await openSqlite(':memory:')),
  secret: Buffer.from(process.env['AUTH_SECRET'] ?? '', 'base64'),
  loadSubject: (subject) => Promise.resolve({ claims: { roles: rolesOf(subject) } }),
})
const isRevoked = revocation.isRevoked.bind(revocation)
const admins = createGate({ verify, isRevoked, authorize: requireRoles('admin') })
const app = express()
app.use('/auth', sessionRoutes(sessions, { gate, login: checkPassword }))
app.get('/orders', auth(gate), (_, res) => void res.json({ of: gate.current().claims.sub }))
app.get('/admin', auth(admins), (_, res) => void res.json({ ok: true }))
app.use(errorHandler(gate))
app.listen(Number(process.env['PORT']), '127.0.0.1')

import express from 'express'
import { requireRoles } from 'jotgate'
import { auth, errorHandler, sessionRoutes } from 'jotgate/express'
import { openSqlite, sqliteStores } from 'jotgate/stores/sqlite'
import { createAuth } from './create-auth.js'
import { checkPassword, rolesOf } from './users.js'

const { sessions, gate, gateFor } = await createAuth({
  issuer: 'https://auth.example',
  audience: 'api',
  stores: sqliteStores(await openSqlite(':memory:')),
  loadSubject: (subject) => Promise.resolve({ claims: { roles: rolesOf(subject) } }),
})
const app = express()
app.use('/auth', sessionRoutes(sessions, { gate, login: checkPassword }))
app.get('/orders', auth(gate), (_, res) => void res.json({ of: gate.current().claims.sub }))
app.get('/admin', auth(gateFor(requireRoles('admin'))), (_, res) => void res.json({ ok: true }))
app.use(errorHandler(gate))
app.listen(Number(process.env['PORT']), '127.0.0.1')

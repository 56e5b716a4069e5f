import { betterAuth } from 'better-auth'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { admin } from 'better-auth/plugins'
import express, { type RequestHandler } from 'express'
import { database } from './better-auth-users.js'

// Users, passwords and the list of sessions come with it; a session is one cookie, so there is nothing to refresh.
// The secret and the address come from BETTER_AUTH_SECRET and BETTER_AUTH_URL, which it reads itself.
const auth = betterAuth({ database, emailAndPassword: { enabled: true }, plugins: [admin()] })
const guard = (role?: string): RequestHandler => {
  return async (req, res, next) => {
    const session = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) })
    if (session === null) return void res.status(401).json({ error: 'not logged in' })
    if (role && session.user.role !== role) return void res.status(403).json({ error: 'not yours' })
    res.locals['user'] = session.user
    next()
  }
}
const app = express()
app.all('/api/auth/*splat', toNodeHandler(auth))
app.get('/orders', guard(), (_, res) => void res.json({ of: res.locals['user'].id }))
app.get('/admin', guard('admin'), (_, res) => void res.json({ ok: true }))
app.listen(Number(process.env['PORT']), '127.0.0.1')

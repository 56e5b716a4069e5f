import { createHash, randomBytes } from 'node:crypto'
import fastifyJwt from '@fastify/jwt'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import Database from 'libsql'
import { checkPassword, loadUser } from './users.js'

// What is not in it: an access token is good until it expires, after a logout too; nothing notices a stolen refresh token;
// a client that misses the answer to a refresh is logged out; logins are not throttled; there is no list of sessions.
declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: { sub: string; roles: readonly string[] }
    user: { sub: string; roles: readonly string[] }
  }
}

const db = new Database(':memory:')
db.exec('CREATE TABLE refresh_tokens (hash TEXT PRIMARY KEY, subject TEXT, expires_at INTEGER)')
const insert = db.prepare('INSERT INTO refresh_tokens VALUES (?, ?, ?)')
const take = db.prepare('DELETE FROM refresh_tokens WHERE hash = ? AND expires_at > ? RETURNING *')
const digest = (token: string) => createHash('sha256').update(token).digest('hex')
const takeToken = (token: string) =>
  take.get(digest(token), Date.now()) as { subject: string } | undefined

const app = Fastify()
await app.register(fastifyJwt, {
  secret: process.env['AUTH_SECRET'] ?? '',
  sign: { expiresIn: '15m' },
})

async function sendTokens(reply: FastifyReply, subject: string | undefined) {
  const user = subject === undefined ? undefined : await loadUser(subject)
  if (subject === undefined || user === undefined) return reply.code(401).send({ error: 'refused' })
  const refreshToken = randomBytes(32).toString('base64url')
  insert.run(digest(refreshToken), subject, Date.now() + 30 * 24 * 3600 * 1000)
  const accessToken = app.jwt.sign({ sub: subject, roles: user.claims.roles })
  return reply.send({ accessToken, refreshToken })
}
const bodyOf = (...required: string[]) => {
  const properties = Object.fromEntries(required.map((name) => [name, { type: 'string' }]))
  return { schema: { body: { type: 'object', required, properties } } }
}
const authenticate = (request: FastifyRequest) => request.jwtVerify()
async function admins(request: FastifyRequest, reply: FastifyReply) {
  if (!request.user.roles.includes('admin')) await reply.code(403).send({ error: 'not yours' })
}

type Login = { Body: { username: string; password: string } }
type Refresh = { Body: { refreshToken: string } }
app.post<Login>('/auth/login', bodyOf('username', 'password'), (request, reply) =>
  sendTokens(reply, checkPassword(request.body)?.subject),
)
app.post<Refresh>('/auth/refresh', bodyOf('refreshToken'), (request, reply) =>
  sendTokens(reply, takeToken(request.body.refreshToken)?.subject),
)
app.post<Refresh>('/auth/logout', bodyOf('refreshToken'), (request, reply) => {
  takeToken(request.body.refreshToken)
  return reply.code(204).send()
})
app.get('/orders', { onRequest: authenticate }, (request) => ({ of: request.user.sub }))
app.get('/admin', { onRequest: [authenticate, admins] }, () => ({ ok: true }))
await app.listen({ port: Number(process.env['PORT']) })

// Log in, then order with the token in a header of its own: `token`. Run it with `npm run example -- gin-order`.
// Who is not known gets 401 and a challenge, not 403: logging in would help (RFC 9110 section 15.5.2).
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import fastify from 'fastify'
import { createSigner, createVerifier, from, hmacKey, createGate, select } from 'jotgate'
import { auth } from 'jotgate/fastify'

const key = hmacKey(randomBytes(32), 'HS256')
const service = { issuer: 'TEST001', audience: 'orders' }
const sign = createSigner({ key, ...service, expiresIn: '2h' })
const gate = createGate({
  verify: createVerifier({ keys: key, algorithms: ['HS256'], ...service }),
  extract: from.header('token'),
  select: select({ except: { path: '/login' } }),
})

const salt = randomBytes(16)
const digest = (password) => promisify(scrypt)(password, salt, 32)
const users = new Map([['alice', { userId: 7, password: await digest('secret') }]])
const nobody = { password: randomBytes(32) }

const app = fastify()
app.register(auth(gate))
app.post('/login', async (request, reply) => {
  const { username = '', password = '' } = request.body ?? {}
  const user = users.get(username) ?? nobody
  const isRight = timingSafeEqual(await digest(String(password)), user.password)
  if (!isRight) return reply.code(401).send({ error: 'wrong name or password' })
  return { token: await sign({ userId: user.userId }) }
})
app.post('/api/order', (_request, reply) =>
  reply.code(201).send({ ordered: true, userId: gate.current().claims.userId }),
)

const base = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })
const login = `-H 'content-type: application/json' -d '{"username":"alice","password":"secret"}'`
console.log(`curl ${base}/login ${login}`)
console.log(`curl -X POST ${base}/api/order -H 'token: <the token>'`)

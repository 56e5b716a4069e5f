// A guarded Fastify application. Run it with `node server.mjs`; it prints a curl line with a token that works.
import { randomBytes } from 'node:crypto'
import fastify from 'fastify'
import { createSigner, createVerifier, hmacKey, createGate, select } from 'jotgate'
import { auth } from 'jotgate/fastify'

const key = hmacKey(randomBytes(32), 'HS256')
const from = { issuer: 'https://issuer.example', audience: 'api' }

const gate = createGate({
  verify: createVerifier({ keys: key, algorithms: ['HS256'], ...from }),
  select: select({ except: { path: '/healthz' } }),
})

const app = fastify()
app.register(auth(gate))
app.get('/healthz', () => 'ok\n')
app.get('/', (request) => `hello, ${request.auth.claims.sub}\n`)
app.get('/items/:id', (request) => ({ id: request.params.id, owner: gate.current().claims.sub }))

const base = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })
const token = await createSigner({ key, ...from, expiresIn: '15m' })({ sub: 'alice' })
console.log(`curl -H 'Authorization: Bearer ${token}' ${base}/`)

// Kratos' selector in front of /api, and claims from the context. Run it with `npm run example -- kratos`.
import { randomBytes } from 'node:crypto'
import fastify from 'fastify'
import { createSigner, createVerifier, fromContext, hmacKey, createGate, presets } from 'jotgate'
import { auth } from 'jotgate/fastify'

const key = hmacKey(randomBytes(32), 'HS256')

const gate = createGate({
  ...presets.kratos.server,
  verify: createVerifier({ ...presets.kratos.verifier, keys: key, claims: readClaims }),
  select: presets.kratos.select({ prefix: '/api' }),
})

/** Custom claims: what handlers see, or no entry. */
function readClaims({ user_id: userId, role }) {
  if (typeof userId !== 'string' || typeof role !== 'string') throw new TypeError('not our claims')
  return { userId, role }
}

/** A service, far from any request: `fromContext` knows who is calling. */
function getUser() {
  const { userId, role } = fromContext().claims
  return `hello, ${userId}, ${role}\n`
}

const app = fastify()
app.register(auth(gate))
app.get('/healthz', () => 'ok\n')
app.get('/api/user', getUser)

const base = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })
const sign = createSigner({ key, issuer: 'my-service', audience: null, expiresIn: '24h' })
const token = await sign({ user_id: 'user123', role: 'admin' })
console.log(`curl -H 'Authorization: Bearer ${token}' ${base}/api/user`)

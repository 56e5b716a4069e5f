// The other site, on an origin of its own: it trusts the first one's keys, and holds no secret and no session.
import fastify from 'fastify'
import { createVerifier, createGate, remoteJwks } from 'jotgate'
import { auth } from 'jotgate/fastify'

/** Starts the site; `accounts` is the origin where people log in, and the only one whose pages may call. */
export async function startShop({ port, accounts }) {
  const algorithms = ['ES256']
  const keys = remoteJwks(`${accounts}/.well-known/jwks.json`, { algorithms, reach: 'loopback' })
  const gate = createGate({
    verify: createVerifier({ keys, algorithms, issuer: accounts, audience: 'shop' }),
  })
  const app = fastify()
  // Before the gate: a preflight carries no token, and a refusal must be readable for the page as well.
  app.addHook('onRequest', async (request, reply) => {
    reply.header('vary', 'origin')
    if (request.headers.origin !== accounts) return
    reply.header('access-control-allow-origin', accounts)
    if (request.method !== 'OPTIONS') return
    const allow = { 'access-control-allow-headers': 'authorization', 'access-control-max-age': 600 }
    return reply.code(204).headers(allow).send()
  })
  app.register(auth(gate))
  app.get('/orders', () => ({ owner: gate.current().claims.sub, orders: ['tea', 'bread'] }))
  return app.listen({ port, host: '127.0.0.1' })
}

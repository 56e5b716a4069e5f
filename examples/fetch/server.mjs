// A guarded Fetch handler, as Deno, Bun and workers serve it; here node does. Run it with `node server.mjs`; it prints a curl line with a token that works.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createSigner, createVerifier, hmacKey, createGate, select } from 'jotgate'
import { auth } from 'jotgate/fetch'

const key = hmacKey(randomBytes(32), 'HS256')
const from = { issuer: 'https://issuer.example', audience: 'api' }

const gate = createGate({
  verify: createVerifier({ keys: key, algorithms: ['HS256'], ...from }),
  select: select({ except: { path: '/healthz' } }),
})

const handler = auth(gate)((request) => {
  if (new URL(request.url).pathname === '/healthz') return new Response('ok\n')
  return new Response(`hello, ${gate.current().claims.sub}\n`)
})

const server = createServer(getRequestListener(handler)).listen(
  Number(process.env.PORT ?? 3000),
  '127.0.0.1',
  async () => {
    const token = await createSigner({ key, ...from, expiresIn: '15m' })({ sub: 'alice' })
    console.log(
      `curl -H 'Authorization: Bearer ${token}' http://127.0.0.1:${server.address().port}/`,
    )
  },
)

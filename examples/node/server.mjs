// A guarded node:http server. Run it with `node server.mjs`; it prints a curl line with a token that works.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createSigner, createVerifier, hmacKey, createGate, select } from 'jotgate'
import { auth } from 'jotgate/node'

const key = hmacKey(randomBytes(32), 'HS256')
const from = { issuer: 'https://issuer.example', audience: 'api' }

const gate = createGate({
  verify: createVerifier({ keys: key, algorithms: ['HS256'], ...from }),
  select: select({ except: { path: '/healthz' } }),
})

const server = createServer(
  auth(gate)((request, response) => {
    if (request.url === '/healthz') return response.end('ok\n')
    response.end(`hello, ${gate.current().claims.sub}\n`)
  }),
)

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', async () => {
  const token = await createSigner({ key, ...from, expiresIn: '15m' })({ sub: 'alice' })
  console.log(`curl -H 'Authorization: Bearer ${token}' http://127.0.0.1:${server.address().port}/`)
})

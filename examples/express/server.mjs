// A guarded Express application. Run it with `node server.mjs`; it prints a curl line with a token that works.
import { randomBytes } from 'node:crypto'
import express from 'express'
import { createSigner, createVerifier, hmacKey, createGate, requireScopes } from 'jotgate'
import { auth } from 'jotgate/express'

const key = hmacKey(randomBytes(32), 'HS256')
const from = { issuer: 'https://issuer.example', audience: 'api' }
const verify = createVerifier({ keys: key, algorithms: ['HS256'], ...from })

const users = createGate({ verify })
const readers = createGate({ verify, authorize: requireScopes('orders:read') })

const app = express()
app.get('/healthz', (_request, response) => response.send('ok\n'))
app.use(auth(users))
app.get('/', (request, response) => response.send(`hello, ${request.auth.claims.sub}\n`))
app.get('/orders', auth(readers), (_request, response) => response.json([]))

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', async () => {
  const token = await createSigner({ key, ...from, expiresIn: '15m' })({ sub: 'alice' })
  console.log(`curl -H 'Authorization: Bearer ${token}' http://127.0.0.1:${server.address().port}/`)
})

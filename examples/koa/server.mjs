// A guarded Koa application. Run it with `node server.mjs`; it prints a curl line with a token that works.
import { randomBytes } from 'node:crypto'
import Koa from 'koa'
import { createSigner, createVerifier, hmacKey, createGate, select } from 'jotgate'
import { auth } from 'jotgate/koa'

const key = hmacKey(randomBytes(32), 'HS256')
const from = { issuer: 'https://issuer.example', audience: 'api' }

const gate = createGate({
  verify: createVerifier({ keys: key, algorithms: ['HS256'], ...from }),
  select: select({ except: { path: '/healthz' } }),
})

const app = new Koa()
app.use(auth(gate))
app.use((ctx) => {
  ctx.body = ctx.path === '/healthz' ? 'ok\n' : `hello, ${ctx.state.auth.claims.sub}\n`
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', async () => {
  const token = await createSigner({ key, ...from, expiresIn: '15m' })({ sub: 'alice' })
  console.log(`curl -H 'Authorization: Bearer ${token}' http://127.0.0.1:${server.address().port}/`)
})

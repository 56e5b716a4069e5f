// go-zero's token service: a token for a password, sent back raw. `npm run example -- go-zero-token` runs it.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import Fastify from 'fastify'
import { from } from 'jotgate'
import { registerRoutes } from 'jotgate/api-spec/fastify'
import { createGates, createSigners } from './generated/auth.js'
import { createClient } from './generated/client.js'
import { type Config } from './generated/config.js'
import { createRoutes } from './generated/routes.js'
import { handlers } from './handlers.js'
import { tokenSource } from './token-source.js'

const config: Config = {
  JwtAuth: {
    AccessSecret: process.env['ACCESS_SECRET'] ?? randomBytes(32).toString('base64'),
    AccessExpire: 604_800,
    Issuer: 'https://jwt-api.example',
    Audience: 'jwt-api',
  },
}
const password = Buffer.from('secret')
const isPassword = (userId: string, given: string) => {
  const bytes = Buffer.from(given)
  const fits = bytes.length === password.length && timingSafeEqual(bytes, password)
  return fits && userId === 'a'
}

const app = Fastify()
registerRoutes(app, {
  routes: createRoutes(handlers),
  // The header is the token, with or without "Bearer" before it.
  gates: createGates(config, { extract: from.bare() }),
  services: {
    sign: createSigners(config).JwtAuth,
    accessExpire: config.JwtAuth.AccessExpire,
    isPassword,
  },
})
const url = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 8888) })
const login = { userId: 'a', password: 'secret' }
console.log(
  `curl ${url}/user/token -H 'content-type: application/json' -d '${JSON.stringify(login)}'`,
)
const source = tokenSource(createClient({ baseUrl: url }), login)
const { name } = await createClient({ baseUrl: url, source, scheme: null }).getUser({ userId: 'a' })
console.log(`The generated client got a token, and with it the name ${name}.`)

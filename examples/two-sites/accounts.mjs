// The site where people log in: it signs, and publishes the public half of its key.
import { generateKeyPairSync, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import fastify from 'fastify'
import { createSigner, privateKey, publishedSet } from 'jotgate'

const page = readFileSync(new URL('page.html', import.meta.url), 'utf8')
const salt = randomBytes(16)
const digest = (password) => promisify(scrypt)(password, salt, 32)

/** Starts the site; `shop` tells where the other one is, once it runs. */
export async function startAccounts({ port, shop }) {
  const key = privateKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256')
  const users = new Map([['alice', await digest('secret')]])
  const set = publishedSet([key])
  const app = fastify()
  app.get('/', (_request, reply) => reply.type('text/html').send(page.replace('SHOP', shop())))
  app.get('/.well-known/jwks.json', (_request, reply) => reply.headers(set.headers).send(set.body))
  app.post('/login', async (request, reply) => {
    const { username = '', password = '' } = request.body ?? {}
    const isRight = timingSafeEqual(
      await digest(String(password)),
      users.get(username) ?? randomBytes(32),
    )
    if (!isRight) return reply.code(401).send({ error: 'wrong name or password' })
    return { token: await sign({ sub: username }) }
  })
  const origin = await app.listen({ port, host: '127.0.0.1' })
  const sign = createSigner({ key, issuer: origin, audience: 'shop', expiresIn: '15m' })
  return origin
}

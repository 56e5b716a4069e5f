import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVerifier } from '../../src/token/index.js'
import { createGate, select } from '../../src/gate/index.js'
import { callRaw } from './contract/client.js'
import { type Server } from './site.js'
import { audience, issuer, key } from './tokens.js'
import { frameworks } from './users.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const listed = select({ path: ['/users/:id', '/files/*'] })
const excepted = select({ except: { path: ['/users/:id', '/files/*'] } })

describe.each(Object.entries(frameworks))('%s', (framework, start) => {
  let guarding: Server
  let opening: Server
  beforeAll(async () => {
    guarding = await start(createGate({ verify, select: listed }))
    opening = await start(createGate({ verify, select: excepted }))
  })
  afterAll(async () => {
    await Promise.all([guarding.close(), opening.close()])
  })
  const status = async ({ base }: Server, path: string) =>
    (await callRaw(base, [`GET ${path} HTTP/1.1`])).status

  test.each(['/users/7', '/users/%37', '/users/:id', '/files/a', '/files/a/b'])(
    'a rule with a parameter guards %s',
    async (path) => {
      expect(await status(guarding, path)).toBe(401)
    },
  )

  test.each(['/USERS/7', '/users/7/', '/users/a%2fb', '/users//7', '/Files/a/b/'])(
    'a rule with a parameter also guards the spelling %s',
    async (path) => {
      expect([400, 401, 404]).toContain(await status(guarding, path))
    },
  )

  test('a path that no rule matches is open', async () => {
    expect(await status(guarding, '/users')).toBe(200)
  })

  test.each(['/users/7', '/users/:id', '/files/a', '/files/*'])(
    'a rule with a parameter under except opens %s only if the router’s pattern is known',
    async (path) => {
      expect(await status(opening, path)).toBe(['fastify', 'hono'].includes(framework) ? 200 : 401)
    },
  )
})

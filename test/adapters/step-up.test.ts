import { afterAll, afterEach, describe, expect, test } from 'vitest'
import {
  allOf,
  createGate,
  requireAcr,
  requireNoActor,
  requireRecentLogin,
  requireRoles,
} from '../../src/gate/index.js'
import { createVerifier } from '../../src/token/index.js'
import { callAs } from './contract/client.js'
import { callAs as callRpc, closeClients } from './rpc/client.js'
import { startConnect } from './rpc/connect-server.js'
import { startGrpc } from './rpc/grpc-server.js'
import { createRpcSite } from './rpc/site.js'
import { audience, issuer, key, now, token } from './tokens.js'
import { frameworks } from './users.js'

const gate = createGate({
  verify: createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience }),
  authorize: allOf(
    requireRoles('admin'),
    requireRecentLogin('5m'),
    requireAcr('urn:example:strong'),
    requireNoActor(),
  ),
})
const challenge =
  'Bearer realm="api", error="insufficient_user_authentication", ' +
  'error_description="This needs a more recent or stronger login.", ' +
  'acr_values="urn:example:strong", max_age="300"'

const role = 'admin'
const acr = 'urn:example:strong'
const weakLogin = () => ({ role, auth_time: now() - 3600, acr: 'urn:example:weak' })
const goodLogin = () => ({ role, acr, auth_time: now() - 60 })
/** Nothing that a new login changes, whatever else is missing. */
const refusedForGood = () => [
  { ...weakLogin(), role: 'user' },
  { ...goodLogin(), act: { sub: 'support' } },
  { ...weakLogin(), act: { sub: 'support' } },
]

const servers: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
afterAll(closeClients)

describe.each(Object.entries(frameworks))('%s', (_framework, start) => {
  test('a login that is too old or too weak is 401 with the challenge of RFC 9470, and a missing role 403', async () => {
    const server = await start(gate)
    servers.push(server)
    const answer = await callAs(await token(weakLogin()), server.base, '/users')
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, challenge])
    expect(JSON.parse(answer.body)).toMatchObject({ reason: 'insufficient_user_authentication' })
    for (const claims of refusedForGood()) {
      const refused = await callAs(await token(claims), server.base, '/users')
      expect(refused.status).toBe(403)
      expect(refused.headers.get('www-authenticate')).toContain('error="insufficient_scope"')
    }
    expect((await callAs(await token(goodLogin()), server.base, '/users')).status).toBe(200)
  })
})

describe.each(Object.entries({ grpc: startGrpc, connect: startConnect }))('%s', (_name, start) => {
  test('a login that is too old or too weak is UNAUTHENTICATED with the challenge of RFC 9470, and a missing role PERMISSION_DENIED', async () => {
    const server = await start({ ...createRpcSite(), gates: [gate] })
    servers.push(server)
    const { code, details, trailers } = await callRpc(
      await token(weakLogin()),
      server.address,
      'Me',
    )
    expect([code, details]).toEqual([16, 'This needs a more recent or stronger login.'])
    expect(trailers['www-authenticate']).toEqual(challenge)
    for (const claims of refusedForGood())
      expect((await callRpc(await token(claims), server.address, 'Me')).code).toBe(7)
    expect((await callRpc(await token(goodLogin()), server.address, 'Me')).code).toBe(0)
  })
})

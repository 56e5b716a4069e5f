import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, postForm, registerClients, type TestClient } from '../oauth/clients-of.js'
import {
  freePort,
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'
import { attacks, byService, issuer } from './attacks.js'
import { openBench, type Bench } from './bench.js'

const folder = temporaryFolder()
const password = 'a long and quiet river'
let service: RunningService
let client: TestClient
let bench: Bench
let canary: Server
let visits = 0

beforeAll(async () => {
  canary = createServer((_request, response) => {
    visits++
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: [bench.attacker.jwk] }))
  }).listen(0, '127.0.0.1')
  await once(canary, 'listening')
  const { port } = canary.address() as AddressInfo // it listens on TCP
  const config = join(folder.path, 'jotgate.yaml')
  writeFileSync(
    config,
    `issuer: ${issuer}\naudience: api\nhosts: [auth.example]\nalgorithm: RS256\n`,
  )
  const env = { JOTGATE_CONFIG: config, DATA_DIR: folder.path, PORT: String(await freePort()) }
  ;({ client } = await registerClients(folder.path, {
    client: {
      ...{ name: 'a', kind: 'confidential', grants: ['client_credentials'] },
      ...{ scopes: [], audiences: ['api'] },
    },
  }))
  const added = await runService(env, ['user', 'add', 'mallory'], password)
  expect(added).toMatchObject({ code: 0 })
  service = await startService({ dataDir: folder.path, port: Number(env.PORT), env })
  bench = await openBench({
    ...{ origin: service.origin, dataDir: folder.path, token: await login() },
    canary: `http://127.0.0.1:${String(port)}`,
  })
})
afterAll(async () => {
  canary.close()
  await service.stop()
  folder.remove()
})

async function login(): Promise<string> {
  const answer = await fetch(`${service.origin}/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'mallory', password }),
  })
  return ((await answer.json()) as { accessToken: string }).accessToken
}

const profile = (token: string) =>
  fetch(`${service.origin}/user/profile`, { headers: { authorization: `Bearer ${token}` } })
const introspect = (token: string) =>
  postForm(`${service.origin}/oauth/introspect`, { token }, basic(client))

/** What fetch sends as a header; introspection takes any text. */
const fitsHeader = (token: string) => /^[\x21-\x7e]*$/.test(token)

describe('a forged token', () => {
  test.each(attacks)('a forged token with %s opens nothing', async (...[, forge]) => {
    const token = await forge(bench)
    expect(token).not.toBe(bench.token)
    const question = introspect(token)
    if (fitsHeader(token)) await expectRefusal(token)
    expect((await question).body).toEqual({ active: false })
  })
})

async function expectRefusal(token: string): Promise<void> {
  const answer = await profile(token)
  expect(answer.status).toBe(401)
  const { reason } = (await answer.json()) as { reason: string }
  expect(reason).toMatch(/^token_(invalid|expired)$/)
}

describe('after all of this', () => {
  test('no key has been fetched from an address in a token', async () => {
    expect(attacks.length).toBeGreaterThan(150)
    expect(visits).toBe(0)
    await fetch(bench.canary)
    expect(visits).toBe(1)
  })

  test('a good token is good, the one that was stolen from and one made as these were', async () => {
    const made = await byService({})(bench)
    for (const token of [bench.token, made]) {
      expect((await profile(token)).status).toBe(200)
      expect((await introspect(token)).body).toMatchObject({
        active: true,
        sub: bench.claims['sub'],
      })
    }
  })

  test('the service is alive, and has called none of it a fault of its own', async () => {
    expect((await fetch(`${service.origin}/readyz`)).status).toBe(200)
    expect(service.output()).not.toMatch(/"level":50|eyJ/)
  })
})

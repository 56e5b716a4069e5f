import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { EventEmitter, once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { auth } from '../../../src/adapters/node/node.js'
import { createVerifier } from '../../../src/token/index.js'
import { createGate } from '../../../src/gate/index.js'
import { audience, issuer, key, token } from '../tokens.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function listen(server: Server): Promise<string> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

async function bearer() {
  return { headers: { authorization: `Bearer ${await token()}` } }
}

describe('the node:http listener', () => {
  test('the node:http adapter passes the caller to the listener', async () => {
    const gate = createGate({ verify })
    const guarded = auth(gate)((request, response) => {
      response.end(`${String(request.auth?.claims.sub)} ${String(gate.current().claims.sub)}`)
    })
    const base = await listen(createServer(guarded))
    expect(await (await fetch(base, await bearer())).text()).toBe('alice alice')
    expect((await fetch(base)).status).toBe(401)
  })

  test('node handles a rejection of the listener, through captureRejections', async () => {
    const failing = auth(createGate({ verify }))(() =>
      Promise.reject(new Error('a handler failed')),
    )
    EventEmitter.captureRejections = true
    const server = createServer(failing)
    EventEmitter.captureRejections = false
    const base = await listen(server)
    expect((await fetch(base, await bearer())).status).toBe(500)
    expect((await fetch(base)).status).toBe(401)
  })

  test('a caller who disconnects during the check does not disturb other calls', async () => {
    let reached: () => void = () => undefined
    const checking = new Promise<void>((resolve) => (reached = resolve))
    const slow = createGate({
      verify: async () => {
        reached()
        await new Promise((resolve) => setTimeout(resolve, 50))
        throw new Error('late')
      },
    })
    const base = await listen(createServer(auth(slow)(() => undefined)))
    const hangUp = new AbortController()
    const pending = fetch(base, { ...(await bearer()), signal: hangUp.signal }).catch(() => 'gone')
    await checking
    hangUp.abort()
    expect(await pending).toBe('gone')
    expect((await fetch(base, await bearer())).status).toBe(503)
  })
})

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { upgrade } from '../../../src/adapters/node/node.js'
import { hmacKey } from '../../../src/key/index.js'
import { createSigner, createVerifier } from '../../../src/token/index.js'
import { createGate } from '../../../src/gate/index.js'

const key = hmacKey(randomBytes(32), 'HS256')
const policy = { issuer: 'https://auth.example', audience: 'chat' }
const verify = createVerifier({ keys: key, algorithms: ['HS256'], ...policy, clockTolerance: 0 })
const token = (expiresIn: '15m' | '2s' = '15m') =>
  createSigner({ key, ...policy, expiresIn })({ sub: 'user-1' })

let server: Server
let port = 0
let opened = 0
/** What the gate asks about each token; a test may let it wait. */
let isRevoked: () => boolean | Promise<boolean> = () => false
const sockets = new WebSocketServer({ noServer: true })

beforeEach(async () => {
  isRevoked = () => false
  opened = 0
  const gate = createGate({ verify, isRevoked: () => isRevoked(), recheckEvery: '1s' })
  const listener = upgrade(gate)((request, socket, head) => {
    opened++
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const close = () => {
        ws.close(1008)
      }
      ws.once('close', gate.watch(close))
      ws.send(String(gate.current().token.payload.sub))
    })
  })
  server = createServer().on('upgrade', (...call) => void listener(...call))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port // it listens on a port
})
afterEach(async () => {
  for (const client of sockets.clients) client.terminate()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function open(presented?: string): WebSocket {
  const headers = presented === undefined ? {} : { authorization: `Bearer ${presented}` }
  return new WebSocket(`ws://127.0.0.1:${String(port)}/chat`, { headers })
}

/** The refusal of an upgrade: its status, headers and body. */
async function refusalOf(socket: WebSocket) {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage] // as ws emits it
  const chunks = (await response.toArray()) as Buffer[] // no encoding is set
  return { response, body: String(Buffer.concat(chunks)) }
}

test('a socket with a valid token is opened, in the context of its caller', async () => {
  const [message] = (await once(open(await token()), 'message')) as [Buffer] // as ws emits it
  expect(String(message)).toBe('user-1')
})

test.each([
  ['none', () => Promise.resolve(undefined), 'token_missing'],
  ['a forged one', async () => `${(await token()).slice(0, -4)}AAAA`, 'token_invalid'],
])('a socket with %s gets a normal refusal and is not opened', async (_, make, reason) => {
  const { response, body } = await refusalOf(open(await make()))
  expect(response.statusCode).toBe(401)
  expect(response.headers['www-authenticate']).toMatch(/^Bearer realm=/)
  expect(response.headers.connection).toBe('close')
  expect(JSON.parse(body)).toMatchObject({ status: 401, reason })
  expect(opened).toBe(0)
})

test('a socket whose token is revoked, or whose revocation is unknown, is not opened', async () => {
  isRevoked = () => true
  expect((await refusalOf(open(await token()))).response.statusCode).toBe(401)
  isRevoked = () => Promise.reject(new Error('no answer'))
  expect((await refusalOf(open(await token()))).response.statusCode).toBe(503)
  expect(opened).toBe(0)
})

test('a socket ends when its token expires', async () => {
  const socket = open(await token('2s'))
  const [code] = (await once(socket, 'close')) as [number] // as ws emits it
  expect(code).toBe(1008)
})

test('a socket ends when its token is revoked', async () => {
  const socket = open(await token())
  await once(socket, 'message')
  isRevoked = () => true
  const [code] = (await once(socket, 'close')) as [number] // as ws emits it
  expect(code).toBe(1008)
})

test('a caller who disconnects during the check opens no socket and does not disturb other calls', async () => {
  let answer: (revoked: boolean) => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    isRevoked = () => {
      resolve()
      return new Promise((revoked) => {
        answer = revoked
      })
    }
  })
  const raw = connect(port, '127.0.0.1')
  raw.write(
    `GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n` +
      `Authorization: Bearer ${await token()}\r\n\r\n`,
  )
  await asked
  raw.resetAndDestroy()
  await new Promise((resolve) => setTimeout(resolve, 100))
  answer(false)
  isRevoked = () => false
  await once(open(await token()), 'message')
  expect(opened).toBe(1)
})

test('an upgrade behind a request that is not yet answered closes its connection, and does not end the process', async () => {
  const faults: unknown[] = []
  const note = (error: unknown) => faults.push(error)
  process.on('unhandledRejection', note)
  // The request before is never answered, so its answer still has the socket.
  server.on('request', () => undefined)
  const arriving = once(server, 'connection')
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  const upgrading = 'connection: upgrade\r\nupgrade: websocket'
  socket.write(
    `GET / HTTP/1.1\r\nhost: x\r\n\r\nGET /chat HTTP/1.1\r\nhost: x\r\n${upgrading}\r\n\r\n`,
  )
  socket.resume()
  await Promise.race([once(socket, 'close'), once(process, 'unhandledRejection')])
  process.off('unhandledRejection', note)
  const [arrived] = (await arriving) as [Duplex] // as node:http emits it
  arrived.destroy()
  socket.destroy()
  expect(faults).toEqual([])
  expect(opened).toBe(0)
})

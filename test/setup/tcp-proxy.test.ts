import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js'

let echo: Server
let received = ''
let proxy: TcpProxy

beforeEach(async () => {
  received = ''
  echo = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      socket.write(bytes.toString('latin1').toUpperCase())
    })
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  proxy = await startTcpProxy({ port: (echo.address() as AddressInfo).port }) // a TCP server's
})

afterEach(async () => {
  await proxy.stop()
  echo.close()
})

/** Sends a text and says what came back, and how the connection ended, within 300 ms. */
async function send(text: string): Promise<{ answer: string; end: string }> {
  const socket = connect(proxy.port, '127.0.0.1')
  let answer = ''
  socket.on('data', (bytes) => (answer += bytes.toString('latin1')))
  const end = new Promise<string>((resolve) => {
    socket.on('error', () => {
      resolve('reset')
    })
    socket.on('end', () => {
      resolve('cut')
    })
    setTimeout(resolve, 300, 'open')
  })
  socket.write(text)
  const result = { end: await end, answer }
  socket.destroy()
  return result
}

describe('a proxy of the tests', () => {
  test('a proxy of the tests passes everything until something is ordered', async () => {
    expect(await send('hello')).toEqual({ answer: 'HELLO', end: 'open' })
    expect(proxy.passed).toEqual({ toServer: 5, toClient: 5 })
  })

  test.each(['cut', 'reset'] as const)('the proxy loses an answer at a byte: %s', async (then) => {
    const order = proxy.order({ direction: 'toClient', after: 2, then })
    const { answer, end } = await send('hello')
    expect(answer).toBe('HE')
    expect(end).not.toBe('open')
    expect(order.happened).toBe(true)
    expect(received).toBe('hello')
    expect(await send('again')).toEqual({ answer: 'AGAIN', end: 'open' })
  })

  test('a proxy of the tests loses a question at its byte: the server has seen the bytes before it', async () => {
    proxy.order({ direction: 'toServer', after: 3, then: 'cut' })
    expect((await send('hello')).end).toBe('cut')
    await expect.poll(() => received).toBe('hel')
  })

  test('a proxy of the tests counts on over several pieces', async () => {
    const order = proxy.order({ direction: 'toClient', after: 7, then: 'cut' })
    expect(await send('hello')).toEqual({ answer: 'HELLO', end: 'open' })
    expect(order.happened).toBe(false)
    expect(await send('again')).toEqual({ answer: 'AG', end: 'cut' })
  })

  test('a proxy of the tests stalls without a sign, and heals with nothing lost', async () => {
    proxy.order({ direction: 'toServer', after: 0, then: 'stall' })
    const sending = send('hello')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(received).toBe('')
    proxy.heal()
    expect(await sending).toEqual({ answer: 'HELLO', end: 'open' })
  })

  test('a proxy of the tests refuses connections, and takes them again', async () => {
    proxy.refuse(true)
    expect((await send('hello')).end).toBe('reset')
    proxy.refuse(false)
    expect((await send('hello')).answer).toBe('HELLO')
  })
})

import { connect, type Socket } from 'node:net'
import type { Happen, Maker } from '../harmless.js'
import type { World } from '../world.js'

const host = 'Host: 127.0.0.1\r\n'
const head = `POST /user/login HTTP/1.1\r\n${host}Content-Type: application/json\r\n`
const json = (text: string, more = '') =>
  `${head}${more}Content-Length: ${String(Buffer.byteLength(text))}\r\nConnection: close\r\n\r\n${text}`

/** What is no request, or none that may be answered (a12). */
const malformed = [
  `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${head}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd`,
  'NOT HTTP\r\n\r\n',
  `GET /healthz HTTP/1.1\r\n${host}Host: evil\r\n\r\n`,
  'GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  `GET /healthz HTTP/1.1\r\n${host}X: ${'a'.repeat(17_000)}\r\n\r\n`,
  `GET /admin;x/users HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
  `GET /console/..%2f..%2fpackage.json HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
  json('{"username":"a","username":"root-0","password":"x"}'),
  json('['.repeat(4000) + ']'.repeat(4000)),
  json('{"username":"\\ud800","password":1}'),
  json('{}', 'Content-Encoding: gzip\r\n'),
]

/** Sends what is malformed, and reads the status; 0 where there is none within 5 s. */
export const sendMalformed: Maker = ({ fleet }) => {
  let nth = 0
  const port = Number(new URL(fleet.balancer.origin).port)
  return () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(malformed[nth++ % malformed.length] ?? '')
    const chunks: string[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk.toString('latin1')))
    socket.setTimeout(5000, () => socket.destroy())
    return new Promise((resolve) => {
      socket.once('close', () => {
        resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(chunks.join(''))?.[1] ?? 0))
      })
    })
  }
}

/** Milliseconds after which an attacker gives up a connection that the service has not closed. */
const patience = 25_000

/** Half a body, from a caller who then neither reads nor closes (a19). */
export const leaveHalfOpen: Maker = (world) => holding(world, (socket) => socket.pause())

/** A body of which a byte comes now and then (a12, a19). */
export const drip: Maker = (world) =>
  holding(world, (socket) => {
    const timer = setInterval(() => socket.write(' '), 700)
    socket.once('close', () => {
      clearInterval(timer)
    })
  })

/** To each process in turn, without the balancer, which would close for the caller. */
function holding({ fleet, cleanUp }: World, hold: (socket: Socket) => unknown): Happen {
  let nth = 0
  return () => {
    const running = fleet.running()
    const port = running[nth++ % running.length]?.port ?? 0
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => undefined)
    socket.write(`${head}Content-Length: 500\r\n\r\n{`)
    hold(socket)
    const close = () => socket.destroy()
    setTimeout(close, patience).unref()
    cleanUp.push(close)
    return Promise.resolve(0)
  }
}

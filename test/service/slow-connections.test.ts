import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect } from 'vitest'
import { sizeOf } from '../setup/process-size.js'
import { until } from '../setup/server.js'
import { testWithServices as test } from './own-services.js'

const head = 'POST /user/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n'
const connections = 1000

/** What a connection does, and what it sends. */
const slow = {
  'says nothing': '',
  'has sent half a header': 'GET /healthz HTTP/1.1\r\nHost: 127',
  'has sent half a body': `${head}Content-Length: 50\r\n\r\n{"user`,
}

/** A connection, and what becomes of it. */
interface Slow {
  readonly socket: Socket
  /** What it was sent, once it has been closed. */
  readonly closed: Promise<string>
  /** Milliseconds after it was opened; undefined while it is open. */
  lasted: number | undefined
}

async function open(port: number, text: string): Promise<Slow> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined) // a reset is as good as any other end
  await once(socket, 'connect')
  const from = performance.now()
  const chunks: string[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  const opened: Slow = {
    socket,
    closed: once(socket, 'close').then(() => {
      opened.lasted = performance.now() - from
      return chunks.join('')
    }),
    lasted: undefined,
  }
  if (text !== '') socket.write(text)
  return opened
}

/** One byte a second, for as long as it is let. */
function trickle({ socket }: Slow): void {
  const timer = setInterval(() => socket.write('a'), 1000)
  socket.once('close', () => {
    clearInterval(timer)
  })
}

test.concurrent(
  'a thousand connections that send nothing or little hold nobody up, and are closed in bounded time',
  async ({ folder, start }) => {
    const service = await start({ dataDir: folder() })
    const before = sizeOf(service.child.pid).mebibytes
    const from = performance.now()
    const texts = Object.values(slow)
    const all: Slow[] = []
    while (all.length < connections) {
      const some = Array.from({ length: 50 }, (_, at) => open(service.port, texts[at % 3] ?? ''))
      all.push(...(await Promise.all(some)))
    }
    const dripping = await open(service.port, `${head}Content-Length: 5000\r\n\r\n`)
    const spelling = await open(service.port, 'GET /healthz HTTP/1.1\r\nX-Long: ')
    for (const each of [dripping, spelling]) trickle(each)

    // All of them are there, and others are answered.
    expect(all.filter(({ lasted }) => lasted === undefined).length).toBeGreaterThan(connections / 2)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${service.origin}/healthz`)),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const login = await fetch(`${service.origin}/user/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'alice', password: 'secret' }),
    })
    expect(login.status).toBe(200)
    const grown = sizeOf(service.child.pid).mebibytes - before
    expect(grown).toBeLessThan(100)

    const said = await Promise.all([...all, dripping, spelling].map(({ closed }) => closed))
    // Closed by time: 5 s for a header and 8 s for the whole, with room for a machine that is busy. Node would look only when
    // 30 s have passed since the start, and then close all of them at once.
    const lasted = all.map((each) => each.lasted ?? Infinity).sort((x, y) => x - y)
    expect(lasted[connections / 2]).toBeLessThan(20_000)
    expect(performance.now() - from).toBeLessThan(60_000)
    expect(dripping.lasted).toBeGreaterThan(5_000)
    expect(spelling.lasted).toBeGreaterThan(3_000)
    for (const each of said) expect(each).toMatch(/^(HTTP\/1\.1 408 [^]*)?$/)
    expect(said.filter((each) => each !== '').length).toBeGreaterThan(connections / 2)
    expect((await fetch(`${service.origin}/healthz`)).status).toBe(200)
    console.log(
      `${String(connections)} connections: ${grown.toFixed(0)} MiB more, closed after ${((performance.now() - from) / 1000).toFixed(1)} s`,
    )
  },
)

test
  .runIf(process.platform === 'linux')
  .concurrent(
    'connections whose callers neither read nor close are closed, and leave no descriptor',
    async ({ folder, start }) => {
      const service = await start({ dataDir: folder() })
      const descriptors = () => sizeOf(service.child.pid).descriptors
      const before = descriptors()
      const texts = [
        slow['has sent half a header'],
        slow['has sent half a body'],
        'NOT HTTP\r\n\r\n',
      ]
      const sockets = Array.from({ length: 150 }, (_, at) => {
        const socket = connect({ port: service.port, host: '127.0.0.1', allowHalfOpen: true })
        socket.on('error', () => undefined)
        socket.pause()
        socket.write(texts[at % 3] ?? '')
        return socket
      })
      expect(await until(60_000, () => Promise.resolve(descriptors() >= before + 60))).toBe(true)
      expect(await until(60_000, () => Promise.resolve(descriptors() <= before + 5))).toBe(true)
      for (const socket of sockets) socket.destroy()
    },
  )

// Each waits for the time that the service gives its callers: all of the file at once.
test.concurrent.for(Object.entries(slow))(
  'stopping does not wait for a connection that %s',
  async ([, text], { folder, start }) => {
    const service = await start({ dataDir: folder() })
    const { socket } = await open(service.port, text)
    // It has reached the service when an answer over a later connection has come.
    await fetch(`${service.origin}/healthz`)
    const from = performance.now()
    expect(await service.stop()).toBe(0)
    expect(performance.now() - from).toBeLessThan(20_000)
    socket.destroy()
  },
)

import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { amount } from '../setup/amount.js'
import { startTcpProxy, type Direction, type TcpProxy } from '../setup/tcp-proxy.js'
import { startService, temporaryFolder, type RunningService } from './running-service.js'

/** Bytes from one cut to the next: each of them in the long run. */
const step = amount({ short: 16, full: 1 })

let service: RunningService
let proxy: TcpProxy
const folder = temporaryFolder()
beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
  proxy = await startTcpProxy({ port: service.port })
})
afterAll(async () => {
  await proxy.stop()
  await service.stop()
  folder.remove()
})

interface Pair {
  accessToken: string
  refreshToken: string
}

/** One POST on a connection of its own, as bytes; the answer's, as far as they came. */
function post(port: number, path: string, body: object): Promise<string> {
  const text = JSON.stringify(body)
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${String(service.port)}`,
    'content-type: application/json',
    `content-length: ${String(Buffer.byteLength(text))}`,
    'connection: close',
  ]
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${head.join('\r\n')}\r\n\r\n${text}`),
    )
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString())
    })
  })
}

/** The pair of an answer; undefined when the answer is not whole. */
function pairOf(answer: string): Pair | undefined {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [, length] = /content-length: (\d+)/i.exec(head) ?? []
  if (!head.startsWith('HTTP/1.1 200') || Buffer.byteLength(body) !== Number(length))
    return undefined
  return JSON.parse(body) as Pair
}

const refresh = (port: number, refreshToken: string) =>
  post(port, '/user/refresh', { refreshToken })
const profile = async ({ accessToken }: Pair) =>
  fetch(`${service.origin}/user/profile`, { headers: { authorization: `Bearer ${accessToken}` } })

async function login(): Promise<Pair> {
  const answer = await post(service.port, '/user/login', { username: 'alice', password: 'secret' })
  return pairOf(answer) ?? expect.unreachable(answer)
}

describe('a refresh whose way to the service is cut', () => {
  test('a cut refresh gets a pair that works at the next try', { timeout: 3_600_000 }, async () => {
    const { refreshToken } = await login()
    await refresh(proxy.port, refreshToken)
    const lengths = { ...proxy.passed }
    const counts = { trials: 0, happened: 0, lost: 0 }
    for (const direction of ['toServer', 'toClient'] satisfies Direction[]) {
      for (let after = 0; after < lengths[direction]; after += step) {
        const first = await login()
        const order = proxy.order({
          direction,
          after,
          then: counts.trials % 2 === 0 ? 'cut' : 'reset',
        })
        const got = pairOf(await refresh(proxy.port, first.refreshToken))
        proxy.heal()
        const again = await refresh(proxy.port, first.refreshToken)
        const pair = pairOf(again) ?? expect.unreachable(`${direction} ${String(after)}: ${again}`)
        if (got) expect(pair.refreshToken).toBe(got.refreshToken)
        expect((await profile(pair)).status).toBe(200)
        expect(pair.refreshToken).not.toBe(first.refreshToken)
        expect(pairOf(await refresh(service.port, pair.refreshToken))).toBeDefined()
        counts.trials++
        if (order.happened) counts.happened++
        if (!got) counts.lost++
      }
    }
    console.log(
      `${String(counts.trials)} cuts between client and service, ${String(counts.happened)} during the exchange, ` +
        `${String(counts.lost)} answers lost, all given again`,
    )
    expect(counts.happened).toBeGreaterThan(counts.trials * 0.9)
    expect(counts.lost).toBeGreaterThan(counts.trials * 0.9)
    expect(service.output()).not.toMatch(/came twice|lost writes/)
  })
})

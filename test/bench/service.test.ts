import { createServer, type RequestListener, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { bars, isMet } from '../../bench/bars.mjs'
import { startChild } from '../../bench/suites/service/child.mjs'
import { openCaller } from '../../bench/suites/service/calling.mjs'
import { measureStorm } from '../../bench/suites/service/storm.mjs'
import { suites } from '../../bench/suites/table.mjs'

const stops: (() => unknown)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function serve(listener: RequestListener): Promise<number> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port // listening on a port
}

function child(file: string) {
  const started = startChild(file)
  stops.push(() => started.stop())
  return started
}

const target = (port: number) => ({
  port,
  operation: 'POST /user/login',
  bodies: [{ username: 'bench-1', password: 'of the bench' }],
  tokens: ['access'],
})
/**
 * Keeps the questions of the storm waiting until its one login is over and its connection closed, and a while longer: on
 * a busy machine too, that is heard of before they are answered.
 */
async function serveAfterLogin(): Promise<number> {
  let left = (2 * short.idleMs) / short.everyMs // what is asked before the storm: warming up, and idle
  let over: () => void = () => undefined
  const login = new Promise<void>((resolve) => {
    over = resolve
  })
  return serve((request, response) => {
    const answer = () => response.writeHead(200).end('{}')
    if (request.method === 'POST') request.socket.once('close', over)
    if (request.method === 'POST' || left-- > 0) answer()
    else void login.then(() => setTimeout(answer, 2000))
  })
}

const short = { logins: 1, everyMs: 20, rounds: 1, idleMs: 1000 }

describe('the service suite of the benchmark', () => {
  test('the service suite asks for verified requests that take at most twice as long in a storm', () => {
    expect(suites).toHaveProperty('service')
    const bar = bars.find(({ versus }) => versus === 'idle')
    if (!bar) throw new Error('the bar is gone')
    expect([1.9, 2.1, Number.NaN].map((ratio) => isMet(bar, ratio, { nodeMajor: 20 }))).toEqual([
      true,
      false,
      false,
    ])
  })

  test('the service suite leads each connection to the next process', async () => {
    const ports = [
      await serve((_, response) => response.end('first')),
      await serve((_, response) => response.end('second')),
    ]
    const balanced = await child('balancer.mjs').ask<number>(ports)
    const answers = []
    for (let turn = 0; turn < 4; turn++) {
      const caller = openCaller(balanced, 1)
      answers.push((await caller.call('GET /')).text)
      await caller.close()
    }
    expect(answers).toEqual(['first', 'second', 'first', 'second'])
  })

  test('the service suite counts an unanswered request as slowest, and one answered otherwise as wrong', async () => {
    const statuses = [503, 401, 200, 200]
    let turn = 0
    const port = await serve((_, response) => {
      response.writeHead(statuses[turn++ % statuses.length] ?? 200).end()
    })
    const origin = `http://127.0.0.1:${String(port)}`
    const order = { origin, path: '/', tokens: ['token'], everyMs: 10, ms: 80 }
    const found = await child('prober.mjs').ask<{ p99: number; count: number; wrong: number }>(
      order,
    )
    expect(found).toMatchObject({ count: 6, wrong: 2 })
    expect(found.p99).toBeGreaterThan(9000)
  })

  test('the service suite detects a storm that ended before it was measured, or whose logins are refused', async () => {
    const calm = await serveAfterLogin()
    const refusing = await serve((request, response) => {
      response.writeHead(request.method === 'POST' ? 401 : 200).end('{}')
    })
    await Promise.all([
      expect(measureStorm(target(calm), short)).rejects.toThrow('the storm was over too soon'),
      expect(measureStorm(target(refusing), short)).rejects.toThrow('a login was answered 401'),
    ])
  })
})

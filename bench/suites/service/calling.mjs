import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { z } from 'zod'

/** What a login or a refresh brings. @typedef {z.infer<typeof pair>} Pair */
const pair = z.object({ accessToken: z.string(), refreshToken: z.string(), sid: z.string() })

/**
 * Calls one server over connections that are kept. `insist` asks again, as clients do, while the answer is 503: a store
 * that did not answer in time, on a machine that does too much at once.
 *
 * @typedef {{ readonly token?: string, readonly body?: unknown }} Sent
 * @typedef {{ readonly status: number, readonly text: string }} Answer
 * @typedef {{ readonly call: (operation: string, sent?: Sent) => Promise<Answer>,
 *   readonly insist: (operation: string, sent?: Sent) => Promise<Answer>,
 *   readonly login: (username: string, password: string) => Promise<Pair>,
 *   readonly refresh: (refreshToken: string) => Promise<Pair>,
 *   readonly cpu: () => Promise<number>, readonly close: () => Promise<void> }} Caller
 */

/** What `/metrics` of the processes asks for. */
export const metricsToken = 'token-of-the-benchmark'

/** How often a 503 is asked again. */
const patience = 50

/**
 * @param {number} port of loopback
 * @param {number} connections
 * @returns {Caller}
 * @example const { status } = await openCaller(8888, 16).call('GET /user/profile', { token })
 */
export function openCaller(port, connections) {
  const pool = new Pool(`http://127.0.0.1:${String(port)}`, { connections, pipelining: 1 })
  /** @type {Caller['call']} */
  const call = async (operation, { token, body } = {}) => {
    const [method = '', path = ''] = operation.split(' ')
    const { statusCode, body: answer } = await pool.request({
      method: /** @type {'GET' | 'POST'} */ (method),
      path,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    return { status: statusCode, text: await answer.text() }
  }
  /** @type {Caller['insist']} */
  const insist = async (operation, sent) => {
    for (let tries = 0; ; tries++) {
      const answer = await call(operation, sent)
      if (answer.status !== 503 || tries === patience) return answer
      await sleep(20)
    }
  }
  const pairOf = async (/** @type {string} */ operation, /** @type {unknown} */ body) => {
    const { status, text } = await insist(operation, { body })
    if (status !== 200) throw new Error(`${operation} was answered ${String(status)}`)
    return pair.parse(JSON.parse(text))
  }
  return {
    call,
    insist,
    login: (username, password) => pairOf('POST /user/login', { username, password }),
    refresh: (refreshToken) => pairOf('POST /user/refresh', { refreshToken }),
    cpu: async () => processorTime((await insist('GET /metrics', { token: metricsToken })).text),
    close: () => pool.close(),
  }
}

/** All threads of the service's process, in microseconds, as it says itself. @param {string} metrics */
function processorTime(metrics) {
  const seconds = /^process_cpu_seconds_total (\S+)$/m.exec(metrics)?.[1]
  if (seconds === undefined) throw new Error('the service does not say what it has used')
  return Number(seconds) * 1e6
}

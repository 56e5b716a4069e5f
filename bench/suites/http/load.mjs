import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'

/** @import { Trust } from './material.mjs' */

/**
 * A server in a process of its own.
 *
 * @typedef {{ readonly url: string, readonly cpu: () => Promise<number>, readonly stop: () => Promise<void> }} Running
 */

const connections = 16

/**
 * @param {string} framework
 * @param {string} contender
 * @param {Trust} trust
 * @returns {Promise<Running>}
 */
export async function startServer(framework, contender, trust) {
  const child = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  child.send({ framework, contender, trust })
  const [{ port }] = await once(child, 'message')
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    cpu: async () => {
      child.send('cpu')
      const [{ cpu }] = await once(child, 'message')
      return cpu
    },
    stop: async () => {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

/**
 * Asks the server for `/` with each token in turn, for a while: nanoseconds a request, by the clock and of the server's
 * processor time.
 *
 * @param {Running} running
 * @param {readonly string[]} tokens
 * @param {number} milliseconds
 */
export async function slice(running, tokens, milliseconds) {
  const before = await running.cpu()
  const result = await autocannon({
    url: running.url,
    connections,
    duration: milliseconds / 1000,
    requests: tokens.map((token) => ({ headers: { authorization: `Bearer ${token}` } })),
    sampleInt: milliseconds,
  })
  const cpu = (await running.cpu()) - before
  const requests = result['2xx']
  if (result.non2xx + result.errors + result.timeouts > 0 || requests === 0)
    throw new Error('a server refused, or did not answer, what it has to take')
  return { wall: (result.duration * 1e9) / requests, cpu: (cpu * 1000) / requests }
}

/**
 * Every contender but `none` has to take a good token and to refuse a bad one, and none at all.
 *
 * @param {Running} running
 * @param {{ good: readonly string[], bad: string }} tokens
 * @param {boolean} isGuarded
 */
export async function prove(running, { good, bad }, isGuarded) {
  const ask = async (/** @type {string | undefined} */ token) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return (await fetch(running.url, { headers })).status
  }
  const answers = [await ask(good[0]), await ask(bad), await ask(undefined)]
  const refusals = isGuarded ? answers.slice(1).filter((status) => status !== 401) : []
  if (answers[0] !== 200 || refusals.length > 0)
    throw new Error(`a server takes and refuses the wrong tokens: ${answers.join(' ')}`)
}

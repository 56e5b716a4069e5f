import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** @typedef {{ readonly bytes: number, readonly gcMs: readonly number[] }} Holding */
/** @typedef {{ readonly ms: number, readonly lagMs: number }} Timed */
/**
 * What came of loading: bare is the same set read by the same client and thrown away; back is what it took until a Redis
 * that had lost everything held all of it again.
 *
 * @typedef {{ readonly bare: Timed, readonly load: Timed, readonly back: Timed }} Loading
 */

/**
 * What a process of its own pays for holding entries.
 *
 * @param {'nothing' | 'jotgate' | 'Set<string>' | 'Map per kind'} what
 * @param {number} count
 * @param {number} rounds
 * @returns {Promise<Holding>}
 */
export function holding(what, count, rounds) {
  return inProcess('hold.mjs', { what, count, rounds })
}

/**
 * Reads `count` entries of a Redis that holds them already into a process of its own, and puts them back after a FLUSHALL.
 *
 * @param {string} url
 * @param {number} count
 * @returns {Promise<Loading>}
 */
export function loading(url, count) {
  return inProcess('load.mjs', { url, count })
}

/**
 * @param {string} file
 * @param {object} order
 */
async function inProcess(file, order) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.send(order)
  const told = await Promise.race([once(child, 'message'), once(child, 'exit')])
  const [answer] = told
  if (typeof answer !== 'object' || answer === null) throw new Error(`${file} did not answer`)
  if (child.connected) child.disconnect()
  if (child.exitCode === null) await once(child, 'exit')
  return answer
}

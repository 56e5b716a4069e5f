import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { quantile } from '../../measure.mjs'
import { serveParent } from './child.mjs'

// Asks for verified answers at a fixed rate, whether or not the ones before have come, from a process that does nothing
// else. It is sent where, with what and for how long, and answers with what was slow.

/**
 * Milliseconds; `p99Later` of what was asked after the first second.
 *
 * @typedef {{ readonly p99: number, readonly p99Later: number, readonly count: number, readonly wrong: number }} Probed
 */

/** What a 503 counts as, in milliseconds: slower than anything. */
const notAnswered = 10_000

serveParent(probe)

/**
 * @param {{ origin: string, path: string, tokens: readonly string[], everyMs: number, ms: number }} order
 * @returns {Promise<Probed>}
 */
async function probe({ origin, path, tokens, everyMs, ms }) {
  const pool = new Pool(origin, { connections: 64, pipelining: 1 })
  /** @type {number[]} */
  const latencies = []
  /** @type {number[]} */
  const later = []
  let wrong = 0
  const once = async (/** @type {number} */ turn) => {
    const asked = performance.now()
    const headers = { authorization: `Bearer ${tokens[turn % tokens.length] ?? ''}` }
    const { statusCode, body } = await pool.request({ method: 'GET', path, headers })
    await body.dump()
    const latency = statusCode === 200 ? performance.now() - asked : notAnswered
    if (statusCode !== 200 && statusCode !== 503) wrong++
    else latencies.push(latency)
    if (asked - start > 1000) later.push(latency)
  }
  const start = performance.now()
  const asking = []
  for (let turn = 0; turn * everyMs < ms; turn++) {
    const wait = start + turn * everyMs - performance.now()
    if (wait > 0) await sleep(wait)
    asking.push(once(turn))
  }
  await Promise.all(asking)
  await pool.close()
  return {
    p99: quantile(latencies, 0.99),
    p99Later: quantile(later, 0.99),
    count: latencies.length,
    wrong,
  }
}

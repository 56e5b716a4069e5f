import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from './child.mjs'
import { openCaller } from './calling.mjs'

/** @import { Material } from './material.mjs' */
/** @import { Probed } from './prober.mjs' */

/**
 * How much: that many logins at once, and a question every so many milliseconds meanwhile.
 *
 * @typedef {{ readonly logins: number, readonly everyMs: number, readonly rounds: number, readonly idleMs: number }} Extent
 */

/**
 * What was found, one figure a round, in nanoseconds; and how many logins a second were let in.
 *
 * @typedef {{ readonly idle: readonly number[], readonly storm: readonly number[],
 *   readonly loginsPerSecond: readonly number[] }} Storm
 */

/**
 * The slowest in a hundred verified requests, asked at a fixed rate by a process of its own: while nothing else goes on,
 * and while everybody logs in at the same moment. Who is told that it is too busy comes back after a while, as clients do,
 * until all are in.
 *
 * @param {Material} material
 * @param {Extent} extent
 * @returns {Promise<Storm>}
 */
export async function measureStorm(material, extent) {
  const prober = startChild('prober.mjs')
  const caller = openCaller(material.ports[0] ?? 0, 128)
  const origin = `http://127.0.0.1:${String(material.ports[0])}`
  const order = { origin, path: '/user/profile', everyMs: extent.everyMs }
  const tokens = material.pairs.map(({ accessToken }) => accessToken)
  const probe = async (/** @type {number} */ ms) => {
    const found = /** @type {Probed} */ (await prober.ask({ ...order, tokens, ms }))
    if (found.wrong > 0 || found.count < ms / extent.everyMs / 2)
      throw new Error(`${String(found.wrong)} of the verified requests were not answered`)
    return found.p99 * 1e6
  }
  /** @type {{ idle: number[], storm: number[], loginsPerSecond: number[] }} */
  const found = { idle: [], storm: [], loginsPerSecond: [] }
  try {
    await probe(extent.idleMs) // warm
    for (let round = 0; round < extent.rounds; round++) {
      found.idle.push(await probe(extent.idleMs))
      const storm = logEveryoneIn(caller, material, extent.logins)
      // It has to be over before the storm is, or it would measure the calm after it.
      await sleep(300)
      found.storm.push(await probe(extent.idleMs))
      if (storm.isOver()) throw new Error('the storm was over too soon: it takes more logins')
      found.loginsPerSecond.push(extent.logins / (await storm.seconds))
      await sleep(500)
    }
  } finally {
    await caller.close()
    await prober.stop()
  }
  return found
}

/** What the service asks for by `Retry-After`, and up to as much again, so that not all come back at once. */
const retryAfterMs = 2000

/**
 * @param {import('./calling.mjs').Caller} caller
 * @param {Material} material
 * @param {number} logins
 */
function logEveryoneIn(caller, { usernames, password }, logins) {
  let over = false
  const start = performance.now()
  const one = async (/** @type {number} */ place) => {
    const body = { username: usernames[place % usernames.length], password }
    for (;;) {
      const { status } = await caller.call('POST /user/login', { body })
      if (status === 200) return
      if (status !== 503) throw new Error(`a login was answered ${String(status)}`)
      await sleep(retryAfterMs * (1 + Math.random()))
    }
  }
  const all = Promise.all(Array.from({ length: logins }, (_, place) => one(place)))
  const seconds = all.then(() => {
    over = true
    return (performance.now() - start) / 1000
  })
  seconds.catch(() => undefined) // it is told to whoever waits for it
  return { seconds, isOver: () => over }
}

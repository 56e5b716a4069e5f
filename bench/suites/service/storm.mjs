import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from './child.mjs'

/** @import { Order } from './crowd.mjs' */
/** @import { Probed } from './prober.mjs' */

/**
 * How much: that many logins at once, and a question every so many milliseconds meanwhile.
 *
 * @typedef {{ readonly logins: number, readonly everyMs: number, readonly rounds: number, readonly idleMs: number }} Extent
 */

/**
 * What was found, one figure a round, in nanoseconds: while nothing else goes on, from the moment when everybody comes, and
 * from a second later; and how many logins a second were let in.
 *
 * @typedef {{ readonly idle: readonly number[], readonly storm: readonly number[], readonly later: readonly number[],
 *   readonly loginsPerSecond: readonly number[] }} Storm
 */

/**
 * Who is asked: on which port, with which tokens, and how one logs in there.
 *
 * @typedef {Omit<Order, 'logins'> & { readonly tokens: readonly string[] }} Target
 */

/**
 * The slowest in a hundred verified requests, asked at a fixed rate by a process of its own: while nothing else goes on,
 * and while everybody logs in at the same moment.
 *
 * @param {Target} target
 * @param {Extent} extent
 * @returns {Promise<Storm>}
 */
export async function measureStorm({ tokens, ...people }, extent) {
  const [prober, crowd] = [startChild('prober.mjs'), startChild('crowd.mjs')]
  const origin = `http://127.0.0.1:${String(people.port)}`
  const order = { origin, path: '/user/profile', everyMs: extent.everyMs }
  const probe = async (/** @type {number} */ ms) => {
    const found = /** @type {Probed} */ (await prober.ask({ ...order, tokens, ms }))
    if (found.wrong > 0 || found.count < ms / extent.everyMs / 2)
      throw new Error(`${String(found.wrong)} of the verified requests were not answered`)
    return { whole: found.p99 * 1e6, later: found.p99Later * 1e6 }
  }
  /** @type {{ idle: number[], storm: number[], later: number[], loginsPerSecond: number[] }} */
  const found = { idle: [], storm: [], later: [], loginsPerSecond: [] }
  try {
    await probe(extent.idleMs) // warm
    await crowd.ask({ ...people, logins: 0 }) // it is there: the storm begins when it is asked for
    for (let round = 0; round < extent.rounds; round++) {
      found.idle.push((await probe(extent.idleMs)).whole)
      const storm = begin(crowd, { ...people, logins: extent.logins })
      const { whole, later } = await probe(extent.idleMs)
      // It has to be over before the storm is, or it would measure the calm after it.
      if (storm.isOver()) {
        await storm.seconds
        throw new Error('the storm was over too soon: it takes more logins')
      }
      found.storm.push(whole)
      found.later.push(later)
      found.loginsPerSecond.push(extent.logins / (await storm.seconds))
      await sleep(1000)
    }
  } finally {
    await Promise.all([prober.stop(), crowd.stop()])
  }
  return found
}

/** @param {import('./child.mjs').Child} crowd @param {Order} people */
function begin(crowd, people) {
  let over = false
  const seconds = crowd.ask(people).then((/** @type {unknown} */ answer) => {
    over = true
    if (typeof answer !== 'number') throw new Error(String(answer))
    return answer
  })
  seconds.catch(() => undefined) // it is told to whoever waits for it
  return { seconds, isOver: () => over }
}

import { performance } from 'node:perf_hooks'
import { quantile } from '../../measure.mjs'

/**
 * One of those that are compared: does its work once, on the place of that number, and answers whether that came out
 * right. Never asked twice at once for one place. `cpu` says how much processor time what is asked has used so far, in
 * microseconds.
 *
 * @typedef {{ readonly name: string, readonly once: (place: number) => Promise<boolean>,
 *   readonly cpu?: () => Promise<number> }} Asking
 */

/**
 * How much: `rounds` slices of `ms` milliseconds for each, with `inFlight` questions at once, over `places` places.
 *
 * @typedef {{ readonly rounds: number, readonly ms: number, readonly inFlight: number, readonly places: number }} Extent
 */

/**
 * What was found, by contender: nanoseconds for each round, of one operation when many are under way (the inverse of
 * throughput), and of the slowest in a hundred from question to answer. By the clock on the wall, because what is asked
 * is a server; `cpu` is what one operation takes of the processor there, 0 for a contender that does not say.
 *
 * @typedef {{ readonly each: ReadonlyMap<string, number[]>, readonly p99: ReadonlyMap<string, number[]>,
 *   readonly cpu: ReadonlyMap<string, number[]> }} Found
 */

/**
 * All contenders take turns in slices, each round beginning with another one.
 *
 * @param {readonly Asking[]} contenders
 * @param {Extent} extent
 * @returns {Promise<Found>}
 */
export async function measureRoundTrips(contenders, extent) {
  for (const contender of contenders) await slice(contender, { ...extent, ms: extent.ms * 2 }) // warm
  const each = new Map(contenders.map(({ name }) => [name, /** @type {number[]} */ ([])]))
  const p99 = new Map(contenders.map(({ name }) => [name, /** @type {number[]} */ ([])]))
  const cpu = new Map(contenders.map(({ name }) => [name, /** @type {number[]} */ ([])]))
  for (let round = 0; round < extent.rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length]
      if (!contender) continue
      const took = await slice(contender, extent)
      each.get(contender.name)?.push(took.each)
      p99.get(contender.name)?.push(took.p99)
      cpu.get(contender.name)?.push(took.cpu)
    }
  }
  return { each, p99, cpu }
}

/**
 * @param {Asking} contender
 * @param {Extent} extent
 */
async function slice({ name, once, cpu }, { ms, inFlight, places }) {
  const before = (await cpu?.()) ?? 0
  const start = performance.now()
  /** @type {number[]} */
  const latencies = []
  const work = async (/** @type {number} */ first) => {
    for (let place = first; performance.now() - start < ms; place = (place + inFlight) % places) {
      const asked = performance.now()
      if (!(await once(place))) throw new Error(`${name} came out wrong`)
      latencies.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, (_, first) => work(first)))
  const elapsed = performance.now() - start
  const used = ((await cpu?.()) ?? 0) - before
  return {
    each: (elapsed * 1e6) / latencies.length,
    p99: quantile(latencies, 0.99) * 1e6,
    cpu: (used * 1000) / latencies.length,
  }
}

import { performance } from 'node:perf_hooks'

/**
 * One of those that are compared. `run` does its work `count` times and answers how often that came out right, which
 * has to be every time: so no engine can leave the work out, and no contender can be fast by being wrong.
 *
 * @typedef {{ readonly name: string, readonly run: (count: number) => number | Promise<number> }} Contender
 */

/**
 * How long to measure: `rounds` slices of `sliceMs` milliseconds for each contender, after at least `warmMs` to get warm.
 *
 * @typedef {{ readonly rounds: number, readonly sliceMs: number, readonly warmMs: number }} Effort
 */

/**
 * The middle of the paired ratios and the quarters beside it.
 *
 * @typedef {{ readonly median: number, readonly low: number, readonly high: number }} Ratio
 */

/**
 * Nanoseconds per operation, one figure a round, for each contender. Slices of all contenders take turns, and each
 * round begins with another one: what slows the machine down for a while slows all of them down.
 *
 * @param {readonly Contender[]} contenders
 * @param {Effort} effort
 * @returns {Promise<Map<string, number[]>>}
 */
export async function measure(contenders, effort) {
  const counts = new Map()
  for (const contender of contenders) counts.set(contender.name, await warm(contender, effort))
  /** @type {Map<string, number[]>} */
  const times = new Map(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < effort.rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length]
      if (!contender) continue
      const count = counts.get(contender.name) ?? 1
      times.get(contender.name)?.push((await slice(contender, count)) / count)
    }
  }
  return times
}

/**
 * How much longer one takes than the other: the ratio of each round's two slices, and of those the middle.
 *
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 * @returns {Ratio}
 */
export function pairedRatio(ours, theirs) {
  if (ours.length === 0 || ours.length !== theirs.length) throw new RangeError('rounds do not pair')
  const ratios = ours.map((time, round) => time / (theirs[round] ?? Number.NaN))
  return {
    median: quantile(ratios, 0.5),
    low: quantile(ratios, 0.25),
    high: quantile(ratios, 0.75),
  }
}

/**
 * @param {readonly number[]} values
 * @param {number} share 0 to 1
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

/** Operations after which the engine has compiled what it will. */
const warmOperations = 20_000

/**
 * Runs until the engine has seen it often, or for four times `warmMs`, and answers how many operations fill a slice.
 *
 * @param {Contender} contender
 * @param {Effort} effort
 */
async function warm(contender, { sliceMs, warmMs }) {
  const start = performance.now()
  let [count, operations, fastest] = [1, 0, Number.POSITIVE_INFINITY]
  for (;;) {
    const nanoseconds = await slice(contender, count)
    // The fastest slice, because another process may have come between in the last one.
    fastest = Math.min(fastest, nanoseconds / count)
    operations += count
    const elapsed = performance.now() - start
    const isWarm = elapsed >= warmMs && operations >= warmOperations
    if (isWarm || elapsed >= 4 * warmMs) break
    if (nanoseconds < sliceMs * 5e5) count *= 2
  }
  return Math.max(1, Math.round((sliceMs * 1e6) / fastest))
}

/**
 * Time of the processor, all threads of this process together, and not of the clock on the wall: what other processes
 * do meanwhile is not counted, nor is waiting.
 *
 * @param {Contender} contender
 * @param {number} count
 */
async function slice(contender, count) {
  const start = process.cpuUsage()
  const right = await contender.run(count)
  const { user, system } = process.cpuUsage(start)
  if (right !== count) {
    throw new Error(`${contender.name} was right ${String(right)} times of ${String(count)}`)
  }
  return (user + system) * 1000
}

import { quantile } from '../measure.mjs'
import { refreshes, rotations } from './sessions/contenders.mjs'
import { measureRoundTrips } from './sessions/round-trips.mjs'
import { stores } from './sessions/stores.mjs'

/** @import { Context, Measurement } from '../suite.mjs' */
/** @import { Found } from './sessions/round-trips.mjs' */

/** The bare round trip of a store: what everything is compared with. */
export const bareTrip = 'bare'

const whole = 'whole refresh'

/**
 * What it costs to rotate, by store: beside the bare round trip of that store in the same run, and the whole refresh.
 *
 * @param {Context} context
 * @returns {Promise<readonly Measurement[]>}
 */
export async function run({ quick, progress, tokens }) {
  const places = Math.min(512, tokens)
  const effort = quick ? { rounds: 5, ms: 60 } : { rounds: 21, ms: 250 }
  const extent = { places, inFlight: Math.min(16, places), ...effort }
  const measurements = []
  for (const store of stores) {
    progress(store.name)
    measurements.push(...(await measureStore(store, extent)))
  }
  return measurements
}

/**
 * @param {(typeof stores)[number]} store
 * @param {import('./sessions/round-trips.mjs').Extent} extent
 */
async function measureStore({ name, bareIs, open }, extent) {
  const ids = Array.from({ length: extent.places }, (_, place) => `session ${String(place)}`)
  const { sessions, bare, close } = await open(ids, ' '.repeat(400))
  // Another value each time: SQLite does not write what stands there already.
  let writes = 0
  try {
    const found = await measureRoundTrips(
      [
        { name: bareTrip, once: (place) => bare(ids[place] ?? '', String(writes++).padEnd(400)) },
        await rotations(sessions, extent.places),
        { ...(await refreshes(sessions, extent.places)), name: whole },
      ],
      extent,
    )
    return reportOf(`sessions: ${name}`, `bare is ${bareIs}`, found)
  } finally {
    await close()
  }
}

/**
 * @param {string} name
 * @param {string} note
 * @param {Found} found
 * @returns {readonly Measurement[]}
 */
function reportOf(name, note, { each, p99 }) {
  const pick = (/** @type {Found['each']} */ from, /** @type {string} */ ours) =>
    new Map([
      ['jotgate', from.get(ours) ?? []],
      [bareTrip, from.get(bareTrip) ?? []],
    ])
  const perSecond = Math.round(1e9 / quantile(each.get(whole) ?? [], 0.5))
  /** @type {readonly [string, string, ReadonlyMap<string, readonly number[]>][]} */
  const tables = [
    [
      `${name}, rotate`,
      `the atomic step alone, 16 at once, by the clock: the inverse of throughput; ${note}`,
      pick(each, 'jotgate'),
    ],
    [
      `${name}, ${whole}`,
      `${String(perSecond)} refreshes a second; tag, find, subject, HS256, rotate`,
      pick(each, whole),
    ],
    [
      `${name}, ${whole}, p99`,
      'from question to answer, the slowest in a hundred of each slice',
      pick(p99, whole),
    ],
  ]
  return tables.map(([title, told, times]) => {
    return { suite: 'sessions', name: title, note: told, base: bareTrip, times }
  })
}

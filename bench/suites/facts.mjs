import { logins } from './sessions/logins.mjs'
import { measureRoundTrips } from './sessions/round-trips.mjs'
import { stores } from './sessions/stores.mjs'

/** @import { Context, Measurement } from '../suite.mjs' */

/** What a session with facts is compared with. */
const without = 'no facts'

/** Bytes of JSON: what an app keeps, and the most that fits. */
const sizes = /** @type {const} */ ([200, 1024])

/**
 * What facts of a session cost: a login and a refresh with them, beside both without, on the same store in the same run.
 *
 * @param {Context} context
 * @returns {Promise<readonly Measurement[]>}
 */
export async function run({ quick, progress }) {
  // Many short slices: beside other work each ratio is still that of neighbours in time.
  const effort = quick ? { rounds: 21, ms: 12 } : { rounds: 41, ms: 120 }
  const extent = { places: 16, inFlight: 16, ...effort }
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
 * @returns {Promise<readonly Measurement[]>}
 */
async function measureStore({ name, open }, extent) {
  const { sessions, close } = await open([], '')
  try {
    const contenders = [0, ...sizes].map((bytes) => logins(sessions, bytes))
    const { each } = await measureRoundTrips(contenders, extent)
    return sizes.map((bytes) => {
      const times = new Map([
        ['jotgate', each.get(String(bytes)) ?? []],
        [without, each.get('0') ?? []],
      ])
      const title = `facts: ${name}, login and refresh, ${String(bytes)} B`
      const note = `${String(bytes)} B of facts in the row and in both tokens, 16 at once, by the clock`
      return { suite: 'facts', name: title, note, base: without, times }
    })
  } finally {
    await close()
  }
}

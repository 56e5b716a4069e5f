import { ok } from 'node:assert/strict'
import type { StoreClock } from '../foundation/settled-time.js'
import type { ContractCase } from './contract.js'

/** Between 2020 and 2100, in seconds: neither milliseconds nor a time since the start of something. */
const [earliest, latest] = [1_577_836_800, 4_102_444_800]

/** The case about the clock of a store of sessions, for one; a store without a clock passes. */
export function clockCase(what: string): ContractCase<StoreClock> {
  return {
    name: `the clock of a store of ${what}, if it has one, tells Unix seconds and runs`,
    run: async (makeStore) => {
      const store = await makeStore()
      if (store.clock === undefined) return
      const begun = performance.now()
      const before = await store.clock()
      await new Promise((resolve) => setTimeout(resolve, 20))
      const passed = (await store.clock()) - before
      ok(before > earliest && before < latest, 'the clock tells no Unix seconds')
      ok(passed > 0, 'the clock stands still')
      ok(passed <= (performance.now() - begun) / 1000 + 0.5, 'the clock runs too fast')
    },
  }
}

import { askStore } from '../../foundation/ask-store.js'
import type { RevocationStore } from '../ports.js'
import type { RevocationTable } from '../table/table.js'
import { storeDeadlineMs } from '../store-deadline.js'
import { createSettledTime, passedAtStore } from '../../foundation/settled-time.js'

/** What {@link createSweeper} needs. */
export interface SweeperParts {
  readonly store: RevocationStore
  readonly table: RevocationTable
  /** Unix time in seconds. */
  readonly now: () => number
  /** Seconds on a clock that never jumps. */
  readonly monotonic: () => number
  /** Seconds for which the two clocks must agree before anything is removed. */
  readonly settleAfter: number
}

/** Removes expired entries from the table and the store. */
export interface Sweeper {
  /** Unix seconds: entries that expired by then may be removed. 0 while the clocks are not settled. */
  readonly expired: () => number
  /** Sweeps if the last sweep was a minute ago or longer. */
  readonly sweepIfDue: () => void
}

/** Seconds on the monotonic clock. */
const sweepEvery = 60

/** @example createSweeper({ store, table, now, monotonic, settleAfter: 1260 }).sweepIfDue() */
export function createSweeper(parts: SweeperParts): Sweeper {
  const { store, table, now, monotonic } = parts
  const expired = createSettledTime({ ...parts, now: () => Math.floor(now()) })
  let sweptAt = monotonic()
  return {
    expired,
    sweepIfDue: () => {
      if (monotonic() - sweptAt < sweepEvery) return
      const before = expired()
      if (before === 0) return
      sweptAt = monotonic()
      table.sweep(before)
      // Expired entries that stay in the store are harmless; the next sweep removes them.
      sweepStore(store, before).catch(() => undefined)
    },
  }
}

async function sweepStore(store: RevocationStore, settled: number): Promise<void> {
  const before = await passedAtStore(store, settled)
  if (before > 0) await askStore(storeDeadlineMs, () => store.sweep(before))
}

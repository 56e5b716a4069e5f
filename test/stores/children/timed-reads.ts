import type { KeyRingStore } from '../../../src/key-sources/ports.js'

/**
 * The same store, which says how many milliseconds passed between two answers to `read`: a ring looks into its store
 * every `pollEveryMs`, and much more than that means that the process, or the store, stood still.
 *
 * @example timedReads(store, (gapMs) => tell({ gapMs }))
 */
export function timedReads(store: KeyRingStore, onGap: (gapMs: number) => void): KeyRingStore {
  let last: number | undefined
  return {
    write: (next) => store.write(next),
    read: async () => {
      const found = await store.read()
      const at = performance.now()
      if (last !== undefined) onGap(at - last)
      last = at
      return found
    },
  }
}

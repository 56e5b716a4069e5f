import type { RevocationEntry, RevocationStore } from '../../../src/revocation/index.js'

/** What is taken from a store to see that a fault is noticed without it. */
export type Weakness = 'none' | 'heartbeat' | 'putBack'

/** What a weakened store is told. */
export interface Weakening {
  readonly weakness: Weakness
  /** Whether somebody has just asked to revoke this, as against its being put back. */
  readonly isAsked: (entry: RevocationEntry) => boolean
}

/**
 * A store without what makes it safe. `heartbeat`: a heartbeat always succeeds, and that the store is gone is never told.
 * `putBack`: what is put back never comes.
 */
export function weaken(store: RevocationStore, { weakness, isAsked }: Weakening): RevocationStore {
  if (weakness === 'heartbeat')
    return {
      ...store,
      open: async ({ whenNew, listener }) => {
        const add = listener.add.bind(listener)
        const feed = await store.open({ whenNew, listener: { add, lost: () => undefined } })
        return { ...feed, beat: () => Promise.resolve() }
      },
      // What is put back would tell by its failure that the store is gone.
      add: (entries) =>
        store.add(entries).catch((error: unknown) => {
          if (entries.some(isAsked)) throw error
        }),
    }
  if (weakness === 'putBack')
    return { ...store, add: async (entries) => store.add(entries.filter(isAsked)) }
  return store
}

import type { RevocationStore } from '../../../src/revocation/index.js'

/** What is taken from a store to see that a fault is noticed without it. */
export type Weakness = 'none' | 'heartbeat' | 'putBack'

/**
 * A store without what makes it safe. `heartbeat`: a heartbeat always succeeds, and that the store is gone is never told.
 * `putBack`: what is put back never comes.
 */
export function weaken(store: RevocationStore, weakness: Weakness): RevocationStore {
  if (weakness === 'heartbeat')
    return {
      ...store,
      open: async ({ whenNew, listener }) => {
        const add = listener.add.bind(listener)
        const feed = await store.open({ whenNew, listener: { add, lost: () => undefined } })
        // What is put back would tell by its failure that the store is gone.
        const putBack = feed.add.bind(feed)
        return {
          ...feed,
          beat: () => Promise.resolve(),
          add: (entries) => putBack(entries).catch(() => undefined),
        }
      },
    }
  if (weakness === 'putBack')
    return {
      ...store,
      open: async (request) => ({ ...(await store.open(request)), add: () => Promise.resolve() }),
    }
  return store
}

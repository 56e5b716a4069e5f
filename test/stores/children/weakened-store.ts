import type { RevocationStore } from '../../../src/revocation/index.js'

/** The safety mechanism that a store lacks, so that a test can show that the checks notice it. */
export type Weakness = 'none' | 'heartbeat' | 'restoration'

/**
 * A store without one of its safety mechanisms. `heartbeat`: heartbeats always succeed, and the end of a feed is not
 * reported. `restoration`: entries written to the store again never arrive.
 */
export function weaken(store: RevocationStore, weakness: Weakness): RevocationStore {
  if (weakness === 'heartbeat')
    return {
      ...store,
      open: async ({ firstEntry, listener }) => {
        const add = listener.add.bind(listener)
        const feed = await store.open({ firstEntry, listener: { add, lost: () => undefined } })
        // A restoration that fails would reveal that the store is gone.
        const restore = feed.add.bind(feed)
        return {
          ...feed,
          heartbeat: () => Promise.resolve(),
          add: (entries) => restore(entries).catch(() => undefined),
        }
      },
    }
  if (weakness === 'restoration')
    return {
      ...store,
      open: async (request) => ({ ...(await store.open(request)), add: () => Promise.resolve() }),
    }
  return store
}

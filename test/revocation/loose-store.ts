import type { FeedListener, RevocationFeed, RevocationStore } from '../../src/revocation/index.js'
import { memoryRevocations } from '../../src/stores/memory/revocations.js'

/** A store over a memory store, which a test can shut down, replace and disconnect. */
export function looseStore() {
  let inner = memoryRevocations()
  let epoch = 1
  let isDown = false
  const feeds = new Set<{ readonly feed: RevocationFeed; readonly listener: FeedListener }>()
  const calls = { opens: 0, heartbeats: 0, closes: 0 }
  const gate = () => (isDown ? Promise.reject(new Error('connection refused')) : Promise.resolve())

  const store: RevocationStore = {
    add: (entries) => gate().then(() => inner.add(entries)),
    find: (names) => gate().then(() => inner.find(names)),
    sweep: (before) => gate().then(() => inner.sweep(before)),
    open: async (request) => {
      calls.opens++
      await gate()
      const of = inner
      const feed = await of.open(request)
      const own = { feed, listener: request.listener }
      feeds.add(own)
      return {
        ...feed,
        epoch: String(epoch),
        heartbeat: async () => {
          calls.heartbeats++
          await gate()
          await feed.heartbeat()
        },
        add: (entries) => gate().then(() => feed.add(entries)),
        close: () => {
          calls.closes++
          feeds.delete(own)
          feed.close()
        },
      }
    },
  }
  const disconnect = () => {
    for (const { feed, listener } of feeds) {
      feed.close()
      listener.lost(new Error('disconnected'))
    }
    feeds.clear()
  }
  return {
    store,
    calls,
    disconnect,
    get inner() {
      return inner
    },
    down: (value: boolean) => {
      isDown = value
    },
    /** Replaces all data, by default with none, and starts a new epoch. */
    replace: (other = memoryRevocations()) => {
      inner = other
      epoch++
      disconnect()
    },
  }
}

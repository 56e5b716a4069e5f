import type { FeedListener, RevocationFeed, RevocationStore } from '../../src/revocation/index.js'
import { memoryRevocations } from '../../src/stores/memory/revocations.js'

/** A store over real ones that a test takes away, puts back and cuts off. */
export function looseStore() {
  let inner = memoryRevocations()
  let epoch = 1
  let isDown = false
  const feeds = new Set<{ readonly feed: RevocationFeed; readonly listener: FeedListener }>()
  const seen = { opens: 0, beats: 0, closes: 0 }
  const gate = () => (isDown ? Promise.reject(new Error('connection refused')) : Promise.resolve())

  const store: RevocationStore = {
    add: (entries) => gate().then(() => inner.add(entries)),
    find: (names) => gate().then(() => inner.find(names)),
    sweep: (before) => gate().then(() => inner.sweep(before)),
    open: async (request) => {
      seen.opens++
      await gate()
      const of = inner
      const feed = await of.open(request)
      const own = { feed, listener: request.listener }
      feeds.add(own)
      return {
        ...feed,
        epoch: String(epoch),
        beat: async () => {
          seen.beats++
          await gate()
          await feed.beat()
        },
        add: (entries) => gate().then(() => feed.add(entries)),
        close: () => {
          seen.closes++
          feeds.delete(own)
          feed.close()
        },
      }
    },
  }
  const cut = () => {
    for (const { feed, listener } of feeds) {
      feed.close()
      listener.lost(new Error('cut'))
    }
    feeds.clear()
  }
  return {
    store,
    seen,
    cut,
    get inner() {
      return inner
    },
    down: (value: boolean) => {
      isDown = value
    },
    /** Everything is gone, or what another store has is there instead. */
    replace: (other = memoryRevocations()) => {
      inner = other
      epoch++
      cut()
    },
  }
}

import type { RevocationStore } from '../../../src/revocation/index.js'

/** What {@link watchAnswers} takes. */
export interface AnswerWatch {
  /** Milliseconds in which the store should answer. */
  readonly within: number
  readonly tell: (ms: number) => unknown
}

/**
 * A store that tells whenever it has not answered a heartbeat, or the opening of a feed, in time, and for how many
 * milliseconds: of a machine that is busy enough, a server gets no processor time either.
 *
 * @example watchAnswers(store, { within: 500, tell: (ms) => console.log(`no answer for ${ms} ms`) })
 */
export function watchAnswers(store: RevocationStore, watch: AnswerWatch): RevocationStore {
  const timed = async <T>(ask: () => Promise<T>): Promise<T> => {
    const began = performance.now()
    const timer = setInterval(() => watch.tell(performance.now() - began), watch.within).unref()
    try {
      return await ask()
    } finally {
      clearInterval(timer)
    }
  }
  return {
    ...store,
    open: async (request) => {
      const feed = await timed(() => store.open(request))
      return { ...feed, heartbeat: () => timed(() => feed.heartbeat()) }
    },
  }
}

import type { EndedMark, SiteSession, SiteSessionStore } from './ports.js'

/** When it holds more, the value that was kept first goes. */
const mostValues = 100_000

/**
 * A site's sessions in the memory of one process: for tests and sites of one process, whose users log in again after a
 * restart. It keeps at most 100,000 values.
 *
 * @example createRelyingParty({ …, store: memorySiteSessions() })
 */
export function memorySiteSessions(now: () => number = () => Date.now() / 1000): SiteSessionStore {
  const values = new Map<string, { value: SiteSession | EndedMark; expiresAt: number }>()
  return Object.freeze({
    get: (key: string) => {
      const held = values.get(key)
      if (held === undefined || held.expiresAt > now()) return held?.value
      values.delete(key)
      return undefined
    },
    set: (key: string, value: SiteSession | EndedMark, seconds: number) => {
      values.delete(key)
      values.set(key, { value, expiresAt: now() + seconds })
      if (values.size <= mostValues) return
      const [oldest = ''] = values.keys()
      values.delete(oldest)
    },
    delete: (key: string) => void values.delete(key),
  })
}

import type { AttemptCount, AttemptStore } from '../../session-routes/ports.js'

/** Counts of one kind; beyond them the one used longest ago is forgotten. */
const mostOfKind = 20_000

interface Counted {
  readonly count: number
  /** Unix time in seconds. */
  readonly endsAt: number
}

/**
 * Counts of this process alone, in bounded memory: of each kind of name at most `most`. Beyond them the count that was
 * used longest ago is forgotten, so that a stranger who invents names of accounts fills nothing but their own kind.
 *
 * Not for: a login that several processes serve; each of them would count by itself.
 *
 * @param most counts of each kind; default 20,000, about 3 MB
 * @param now Unix time in seconds
 * @example const attempts = memoryAttempts()
 */
export function memoryAttempts(
  now: () => number = () => Date.now() / 1000,
  most = mostOfKind,
): AttemptStore {
  const kinds = new Map<string, Map<string, Counted>>()
  const kindOf = (name: string) => {
    const kind = name.slice(0, name.indexOf(':'))
    const counts = kinds.get(kind) ?? new Map<string, Counted>()
    kinds.set(kind, counts)
    return counts
  }
  const find = (name: string): Counted | undefined => {
    const found = kindOf(name).get(name)
    return found !== undefined && found.endsAt > now() ? found : undefined
  }
  const keep = (name: string, { count, endsAt }: Counted): AttemptCount => {
    const counts = kindOf(name)
    counts.delete(name)
    if (count > 0) counts.set(name, { count, endsAt })
    const [oldest] = counts.keys()
    if (counts.size > most && oldest !== undefined) counts.delete(oldest)
    return count > 0 ? { count, endsIn: endsAt - now() } : { count: 0, endsIn: 0 }
  }
  return {
    add: (name, by, seconds) => {
      const found = find(name) ?? { count: 0, endsAt: now() + seconds }
      return Promise.resolve(keep(name, { ...found, count: Math.max(0, found.count + by) }))
    },
    set: (name, count, seconds) => {
      keep(name, { count, endsAt: now() + seconds })
      return Promise.resolve()
    },
  }
}

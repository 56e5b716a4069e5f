/** The origins that a page may call from, of the configuration and of all clients together. */
export interface KnownOrigins {
  /** Whether it is one of them. Never rejects: while the store does not answer, what it said last counts. */
  has(origin: string): Promise<boolean>
}

/** Options of {@link createKnownOrigins}. */
export interface KnownOriginsParts {
  readonly configured: readonly string[]
  /** Reads those of the clients. */
  readonly read: () => Promise<readonly string[]>
  /** Milliseconds of a clock that never goes back; default: that of the process. */
  readonly now?: () => number
}

/** Milliseconds for which what the store said is used again: preflights of strangers ask it at most this often. */
const freshFor = 1000

/**
 * Remembers the origins of the clients for a second: enough for a preflight, after which the request itself is judged by its own
 * client's row.
 *
 * @example await createKnownOrigins({ configured, read: () => clients.origins() }).has('https://shop.example')
 */
export function createKnownOrigins(parts: KnownOriginsParts): KnownOrigins {
  const { read, now = () => performance.now() } = parts
  const configured = new Set(parts.configured)
  let ofClients: ReadonlySet<string> = new Set()
  let readAt = -Infinity
  let reading: Promise<void> | undefined
  const refresh = async (): Promise<void> => {
    try {
      ofClients = new Set(await read())
    } catch {
      // The request itself asks the store too, and says so when it does not answer.
    }
    readAt = now()
    reading = undefined
  }
  return {
    has: async (origin) => {
      if (configured.has(origin)) return true
      if (now() - readAt >= freshFor) await (reading ??= refresh())
      return ofClients.has(origin)
    },
  }
}

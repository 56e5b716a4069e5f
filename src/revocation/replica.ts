import { withDeadline } from './deadline.js'
import type { RevocationStore } from './ports.js'
import { createSettledTime } from './settled-time.js'
import type { RevocationTable } from './table.js'

/**
 * `ready`: the whole store has been read. `failed`: a look into the store failed, `recovered`: the next one succeeded.
 * `rolledBack`: the store knows less than it did; what this process knows stays enforced.
 */
export interface RevocationEvent {
  readonly kind: 'ready' | 'failed' | 'recovered' | 'rolledBack'
  readonly cause?: unknown
}

/** What a replica is built from. */
export interface ReplicaParts {
  readonly store: RevocationStore
  readonly table: RevocationTable
  readonly pollEveryMs: number
  readonly onEvent: (event: RevocationEvent) => unknown
  /** Unix time, whole seconds. */
  readonly now: () => number
  /** Seconds on a clock that never jumps. */
  readonly monotonic: () => number
  /** Seconds for which the two clocks must agree before anything is forgotten. */
  readonly settleAfter: number
}

/** Keeps a table in step with a store, by asking it again and again. */
export interface Replica {
  readonly position: number
  /** Seconds since the store was last known to say nothing else; undefined before the first whole read. */
  staleness(): number | undefined
  /** @throws AuthError STORE_UNAVAILABLE */
  start(): Promise<void>
  close(): void
}

/** Seconds, on the clock that never jumps. */
const sweepEvery = 60

/** Reads by polling: what is new in the store is known here within about `pollEveryMs`. */
export function createReplica(parts: ReplicaParts): Replica {
  const onEvent = quietly(parts.onEvent)
  const reader = createReader({ ...parts, onEvent })
  let failing = false
  let started = false
  let closed = false
  let timer: NodeJS.Timeout | undefined

  const look = async (): Promise<void> => {
    try {
      await reader.read()
      await reader.sweep()
      parts.table.tend()
      if (failing) onEvent({ kind: 'recovered' })
      failing = false
    } catch (cause) {
      if (!failing) onEvent({ kind: 'failed', cause })
      failing = true
    }
    if (!closed) schedule()
  }
  const schedule = (): void => {
    timer = setTimeout(() => void look(), parts.pollEveryMs)
    timer.unref()
  }

  return {
    get position() {
      return reader.position
    },
    staleness: reader.staleness,
    start: async () => {
      await reader.read()
      if (!started && !closed) schedule()
      started = true
    },
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}

interface Reader {
  readonly position: number
  readonly staleness: () => number | undefined
  readonly read: () => Promise<void>
  readonly sweep: () => Promise<void>
}

/** Where the reading has come to, and when that was last confirmed. */
function createReader(parts: ReplicaParts): Reader {
  const { store, table, onEvent, monotonic } = parts
  const settledTime = createSettledTime(parts)
  let position = 0
  let confirmedAt: number | undefined
  let sweptAt = monotonic()

  const read = async (): Promise<void> => {
    // What the store answers holds for the moment of the question, not for that of the answer.
    const askedAt = monotonic()
    // A clock that is wrong for now must not hide what has not expired: it would never be asked for again.
    const expired = settledTime()
    const page = await withDeadline(() => store.read(position, expired))
    for (const { entry } of page.entries) table.add(entry)
    if (page.last < position) {
      position = 0
      onEvent({ kind: 'rolledBack' })
      await read()
      return
    }
    position = page.entries.at(-1)?.position ?? position
    if (confirmedAt === undefined) onEvent({ kind: 'ready' })
    confirmedAt = askedAt
  }

  return {
    get position() {
      return position
    },
    staleness: () => (confirmedAt === undefined ? undefined : monotonic() - confirmedAt),
    read,
    sweep: async () => {
      if (monotonic() - sweptAt < sweepEvery) return
      const expired = settledTime()
      if (expired === 0) return
      sweptAt = monotonic()
      table.sweep(expired)
      await withDeadline(() => store.sweep(expired))
    },
  }
}

/** A fault in a listener must not stop the feed. */
function quietly(listener: (event: RevocationEvent) => unknown): (event: RevocationEvent) => void {
  return (event) => {
    try {
      const answer = listener(event)
      if (answer instanceof Promise) answer.catch(() => undefined)
    } catch {
      // Nobody is left to tell: the listener is the one who would have been told.
    }
  }
}

import { setImmediate as laterTurn } from 'node:timers/promises'
import { AuthError } from 'jotgate'
import type { AuditRow } from './audit-row.js'
import type { Entry } from './entry.js'
import { sizeFor } from './insert-rows.js'
import { linkRow } from './link-row.js'

/** The last row of a chain: it vouches for all rows before it. */
export interface Head {
  readonly chain: string
  readonly seq: number
  readonly mac: string
}

/** Appends rows to the chain of this process, one statement after another. */
export interface ChainWriter {
  /**
   * Resolves when the row is stored. A row that the database does not take now is owed: it stays in the queue, which is
   * retried.
   *
   * @throws AuthError STORE_UNAVAILABLE while rows are owed
   */
  add(entry: Entry): Promise<void>
  /**
   * The same for a caller that may not repeat it: resolves also when the row is owed, which is in the queue by then.
   *
   * @throws AuthError STORE_UNAVAILABLE when the queue is full, and the event has no row
   */
  offer(entry: Entry): Promise<void>
  /** The last stored row. */
  head(): Head
  /** Rows that wait for a database that has refused them. */
  owed(): number
  /** Events without a row: they came while the queue was full. */
  lost(): number
  /** Tries once more, and stops; resolves with the number of rows that stay unwritten. */
  close(): Promise<number>
}

/** Options of {@link createChainWriter}. */
export interface ChainWriterParts {
  readonly chain: string
  readonly key: Uint8Array
  /** Stores rows, all or none; again is the same as once. */
  readonly insert: (rows: readonly AuditRow[]) => Promise<void>
  /** The entry that tells how many events have no row. */
  readonly tellLost: (count: number) => Entry
  /** Called once when a database begins to refuse rows. */
  readonly onFault?: (cause: unknown) => void
  /** Rows that wait at most. Default 10,000. */
  readonly mostWaiting?: number
}

const usualWaiting = 10_000
/** Milliseconds between two attempts: the first pause, and the longest. */
const pauses = { first: 200, longest: 5000 } as const

interface Waiting {
  readonly entry: Entry
  readonly resolve: () => void
  readonly reject: (cause: AuthError) => void
}

/** Rows with their places, which were sent at least once. */
interface Sent {
  readonly rows: readonly AuditRow[]
  readonly of: readonly Waiting[]
}

interface State {
  readonly parts: ChainWriterParts
  readonly waiting: Waiting[]
  head: Head
  sent: Sent | undefined
  lost: number
  /** Lost events that no row tells of yet. */
  untold: number
  /** Milliseconds before the next attempt; 0 while the database takes rows. */
  pause: number
  isRunning: boolean
  running: Promise<void>
  retry: NodeJS.Timeout | undefined
}

/**
 * The writer of one chain. Rows that wait while a statement runs go into the next one together. Rows that were sent once are
 * sent again unchanged: the database may have stored them without an answer.
 *
 * @example const writer = createChainWriter({ chain: newId(), key, insert: (rows) => insertRows(database, rows), tellLost })
 */
export function createChainWriter(parts: ChainWriterParts): ChainWriter {
  const state: State = {
    ...{ parts, waiting: [], head: { chain: parts.chain, seq: 0, mac: '' }, sent: undefined },
    ...{ lost: 0, untold: 0, pause: 0, isRunning: false, running: Promise.resolve() },
    retry: undefined,
  }
  const unwritten = () => state.waiting.length + (state.sent?.rows.length ?? 0)
  return {
    add: (entry) => add(state, entry, false),
    offer: (entry) => add(state, entry, true),
    head: () => state.head,
    owed: () => (state.pause === 0 ? 0 : unwritten()),
    lost: () => state.lost,
    close: async () => {
      await state.running
      start(state)
      await state.running
      clearTimeout(state.retry)
      return unwritten() + state.untold
    },
  }
}

function add(state: State, entry: Entry, mayBeOwed: boolean): Promise<void> {
  const { waiting, parts } = state
  if (waiting.length >= (parts.mostWaiting ?? usualWaiting)) {
    state.lost++
    state.untold++
    return Promise.reject(owing(new Error('the queue of the audit log is full')))
  }
  return new Promise((resolve, reject) => {
    const owed = mayBeOwed
      ? () => {
          resolve()
        }
      : reject
    waiting.push({ entry, resolve, reject: owed })
    if (state.pause === 0) start(state)
    else owed(owing(new Error('the database refuses rows of the audit log')))
  })
}

/**
 * Writes in a later turn of the event loop. SQLite writes to the disk within the turn, and the answer to a refused login, which
 * does not wait for its row, would leave after that: its time would tell that the account exists.
 */
function start(state: State): void {
  clearTimeout(state.retry)
  if (state.isRunning) return
  state.isRunning = true
  state.running = laterTurn().then(() => write(state))
}

/** Stores all that waits, or leaves it owed. */
async function write(state: State): Promise<void> {
  const { waiting, parts } = state
  try {
    while (state.sent !== undefined || waiting.length > 0) {
      const sent = (state.sent ??= link(state))
      await parts.insert(sent.rows)
      const { seq, mac } = sent.rows.at(-1) ?? state.head
      state.head = { chain: parts.chain, seq, mac }
      state.sent = undefined
      state.pause = 0
      for (const { resolve } of sent.of) resolve()
      if (waiting.length === 0 && state.untold > 0) {
        waiting.push({ entry: parts.tellLost(state.untold), ...unheard })
        state.untold = 0
      }
    }
  } catch (cause) {
    owe(state, cause)
  }
  state.isRunning = false
}

/** Gives the next entries their places. */
function link({ waiting, head, parts: { chain, key } }: State): Sent {
  const of = waiting.splice(0, sizeFor(waiting.length))
  let last = head
  const rows = of.map(({ entry }) => {
    const row = linkRow(entry, { chain, seq: last.seq + 1, prev: last.mac, key })
    last = row
    return row
  })
  return { rows, of }
}

function owe(state: State, cause: unknown): void {
  const { parts, sent, waiting, pause } = state
  if (pause === 0) parts.onFault?.(cause)
  state.pause = pause === 0 ? pauses.first : Math.min(pause * 2, pauses.longest)
  // A second rejection of the same promise has no effect.
  for (const { reject } of [...(sent?.of ?? []), ...waiting]) reject(owing(cause))
  state.retry = setTimeout(() => {
    start(state)
  }, state.pause).unref()
}

/** Nothing waits for this row. */
const unheard = { resolve: () => undefined, reject: () => undefined }

function owing(cause: unknown): AuthError {
  return new AuthError('STORE_UNAVAILABLE', { retryAfter: 2 }, { cause })
}

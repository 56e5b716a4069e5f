import type { FeedListener, RevocationEntry, RevocationFeed } from '../../revocation/ports.js'
import { unavailable } from '../../foundation/ask-store.js'
import { integerOf, textOf, type SqlRow, type SqlValue } from './database.js'
import { entryColumns, toEntry } from './revocation-rows.js'

/** Milliseconds for each statement of a feed. */
export const feedDeadlineMs = 2000

/** Connection of a feed to its database. Each statement has a deadline; the line ends when one is missed. */
export interface FeedLine {
  /** Milliseconds between two polls without a notification. */
  readonly everyMs: number
  query(text: string, params: readonly SqlValue[]): Promise<readonly SqlRow[]>
  /** Calls `wake` for new entries and `lost` when the line ends by itself. Called once. @throws AuthError when it has ended already */
  listen(listener: { wake(): void; lost(cause: unknown): void }): void
  /** Ends the line at once, even during a statement. */
  end(): void
}

/** What {@link followLine} needs beside the line. */
export interface LineRequest {
  /** Random epoch that this process has proposed: it is the epoch of the store if the store had none. */
  readonly proposedEpoch: string
  readonly issuer: string
  readonly listener: FeedListener
  readonly pollText: string
}

/** Entries in one answer. */
const pageSize = 1000

/**
 * Input: $1 the position read last, $2 issuer. Output: `last`, `epoch` and `writable` in every row, with one entry each; one
 * row without an entry if there is nothing new. One statement reads one snapshot: no entry up to `last` is missing.
 */
export function pollText(writable: string): string {
  return `
  SELECT p.last AS last, e.epoch AS epoch, ${writable} AS writable,
    r.place AS place, r.issuer AS issuer, r.kind AS kind, r.value AS value,
    r.cut_off AS cut_off, r.expires_at AS expires_at
  FROM jotgate_revocation_places AS p
  JOIN jotgate_revocation_epochs AS e ON e.issuer = $2
  LEFT JOIN (
    SELECT place, ${entryColumns} FROM jotgate_revocations WHERE place > $1
    ORDER BY place LIMIT ${String(pageSize)}
  ) AS r ON TRUE
  ORDER BY r.place`
}

const snapshotText = `
  SELECT place, ${entryColumns} FROM jotgate_revocations WHERE place > $1 AND expires_at > $2
  ORDER BY place LIMIT ${String(pageSize)}`

/** A feed without `add`. */
export type ReadOnlyFeed = Omit<RevocationFeed, 'add'>

/** Follows the database from its current position. */
export async function followLine(line: FeedLine, request: LineRequest): Promise<ReadOnlyFeed> {
  const { listener, proposedEpoch } = request
  const { epoch, read } = await createReader(line, request)
  let ended = false
  let timer: NodeJS.Timeout | undefined

  const end = (): void => {
    ended = true
    clearTimeout(timer)
    line.end()
  }
  const lose = (cause: unknown): void => {
    if (ended) return
    end()
    listener.lost(cause)
  }
  const pull = oneAtATime(async () => {
    try {
      await read(() => ended)
    } catch (cause) {
      lose(cause)
      throw unavailable(cause)
    }
  })
  // Failures are reported by `lost`.
  const wake = (): void => void pull().catch(() => undefined)
  const schedule = (ms: number): void => {
    timer = setTimeout(() => {
      wake()
      if (!ended) schedule(line.everyMs)
    }, ms).unref()
  }
  line.listen({ wake, lost: lose })
  schedule(0)
  return {
    epoch,
    isNewEpoch: epoch === proposedEpoch,
    snapshot: (now) => snapshot(line, now, lose),
    heartbeat: pull,
    close: end,
  }
}

interface Reader {
  readonly epoch: string
  /** Delivers all entries up to the last position that the store has at the time of the call. */
  readonly read: (hasEnded: () => boolean) => Promise<void>
}

/** Reads from the current position of the store. */
async function createReader(line: FeedLine, request: LineRequest): Promise<Reader> {
  const { issuer, listener, pollText: text } = request
  const poll = async (after: number) => readPoll(await line.query(text, [after, issuer]))
  const { epoch, last } = await poll(Number.MAX_SAFE_INTEGER)
  let position = last
  return {
    epoch,
    read: async (hasEnded) => {
      for (;;) {
        if (hasEnded()) throw new Error('the feed has ended')
        const polled = await poll(position)
        if (hasEnded()) throw new Error('the feed has ended')
        if (polled.epoch !== epoch) throw new Error('the store has started a new epoch')
        if (polled.last < position) throw new Error('the store has lost entries')
        if (polled.entries.length > 0) listener.add(polled.entries)
        position = polled.entries.length < pageSize ? polled.last : polled.position
        if (position === polled.last) return
      }
    },
  }
}

/** Pages by position, without a transaction over all of them: changes in between are delivered by the feed. */
async function* snapshot(
  line: FeedLine,
  now: number,
  lose: (cause: unknown) => void,
): AsyncIterable<readonly RevocationEntry[]> {
  let position = 0
  try {
    for (;;) {
      const rows = await line.query(snapshotText, [position, now])
      const newest = rows.at(-1)
      if (newest === undefined) return
      position = integerOf(newest, 'place')
      yield rows.map(toEntry)
      if (rows.length < pageSize) return
      // A database in this process answers without giving other work its turn.
      await new Promise((resolve) => setImmediate(resolve))
    }
  } catch (cause) {
    lose(cause)
    throw unavailable(cause)
  }
}

/** Answer to one poll. */
interface Poll {
  readonly last: number
  readonly epoch: string
  /** Of the last entry. */
  readonly position: number
  readonly entries: readonly RevocationEntry[]
}

/**
 * The epoch in the first row of an answer.
 *
 * @throws AuthError STORE_UNAVAILABLE when the store has none, or the server accepts no writes
 */
export function epochOf([row]: readonly SqlRow[]): string {
  if (row === undefined) throw unavailable(new Error('the store has no epoch'))
  if (integerOf(row, 'writable') !== 1)
    throw unavailable(new Error('the server does not accept writes'))
  return textOf(row, 'epoch')
}

function readPoll(rows: readonly SqlRow[]): Poll {
  const epoch = epochOf(rows)
  const [row = {}] = rows
  const last = integerOf(row, 'last')
  const found = rows.filter(({ place }) => place !== null)
  const newest = found.at(-1)
  return {
    last,
    epoch,
    position: newest === undefined ? last : integerOf(newest, 'place'),
    entries: found.map(toEntry),
  }
}

/** Runs one step at a time. A call during a run gets the next run, which starts after the call. */
function oneAtATime(step: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const run = (): Promise<void> => {
    next = undefined
    running = step().finally(() => {
      if (next === undefined) running = undefined
    })
    return running
  }
  return () => {
    if (running === undefined) return run()
    next ??= running.then(run, run)
    return next
  }
}

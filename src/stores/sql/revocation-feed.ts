import type { FeedListener, RevocationEntry, RevocationFeed } from '../../revocation/ports.js'
import { unavailable } from '../../foundation/ask-store.js'
import { integerOf, textOf, type SqlRow, type SqlValue } from './database.js'
import { entryColumns, toEntry } from './revocation-rows.js'

/** Milliseconds for each question of a feed. */
export const feedDeadlineMs = 2000

/** What a feed asks its database through. Each question has a deadline; the line has ended after a missed one. */
export interface FeedLine {
  /** Milliseconds between two looks when nothing wakes it. */
  readonly everyMs: number
  query(text: string, params: readonly SqlValue[]): Promise<readonly SqlRow[]>
  /** Tells of news, and of the line's end by itself. Called once. @throws AuthError when it has ended by now */
  listen(listener: { wake(): void; lost(cause: unknown): void }): void
  /** Ends it at once, whatever is under way. */
  end(): void
}

/** What a feed is about. */
export interface LineRequest {
  /** The epoch that this process has drawn: the store's, when the store has just begun. */
  readonly own: string
  readonly issuer: string
  readonly listener: FeedListener
  readonly lookText: string
}

/** Rows in one answer. */
const sliceSize = 1000

/**
 * Input: $1 the place that was read last, $2 issuer. Output: `last`, `epoch` and `writable` in every row, with one entry each;
 * one row without an entry when there is nothing new. One statement sees one state: no entry up to `last` is missing.
 */
export function lookText(writable: string): string {
  return `
  SELECT p.last AS last, e.epoch AS epoch, ${writable} AS writable,
    r.place AS place, r.issuer AS issuer, r.kind AS kind, r.value AS value,
    r.cut_off AS cut_off, r.expires_at AS expires_at
  FROM jotgate_revocation_places AS p
  JOIN jotgate_revocation_epochs AS e ON e.issuer = $2
  LEFT JOIN (
    SELECT place, ${entryColumns} FROM jotgate_revocations WHERE place > $1
    ORDER BY place LIMIT ${String(sliceSize)}
  ) AS r ON TRUE
  ORDER BY r.place`
}

const snapshotText = `
  SELECT place, ${entryColumns} FROM jotgate_revocations WHERE place > $1 AND expires_at > $2
  ORDER BY place LIMIT ${String(sliceSize)}`

/** A feed, but for the writing of entries. */
export type Following = Omit<RevocationFeed, 'add'>

/** Follows a database through a line, from the place at which it stands. */
export async function followLine(line: FeedLine, request: LineRequest): Promise<Following> {
  const { listener, own } = request
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
  // What goes wrong is told by `lost`.
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
    begun: epoch === own,
    snapshot: (now) => snapshot(line, now, lose),
    beat: pull,
    close: end,
  }
}

interface Reader {
  readonly epoch: string
  /** Hands out everything up to the last place that the store has when asked. */
  readonly read: (hasEnded: () => boolean) => Promise<void>
}

/** Notes where the store stands. */
async function createReader(line: FeedLine, request: LineRequest): Promise<Reader> {
  const { issuer, listener, lookText: text } = request
  const lookAfter = async (place: number) => readLook(await line.query(text, [place, issuer]))
  const { epoch, last } = await lookAfter(Number.MAX_SAFE_INTEGER)
  let position = last
  return {
    epoch,
    read: async (hasEnded) => {
      for (;;) {
        if (hasEnded()) throw new Error('the feed has ended')
        const look = await lookAfter(position)
        if (hasEnded()) throw new Error('the feed has ended')
        if (look.epoch !== epoch) throw new Error('the store has begun a new epoch')
        if (look.last < position) throw new Error('the store knows less than it did')
        if (look.entries.length > 0) listener.add(look.entries)
        position = look.entries.length < sliceSize ? look.last : look.place
        if (position === look.last) return
      }
    },
  }
}

/** Slices by place: none holds a transaction open for the next. What changes in between is followed. */
async function* snapshot(
  line: FeedLine,
  now: number,
  lose: (cause: unknown) => void,
): AsyncIterable<readonly RevocationEntry[]> {
  let place = 0
  try {
    for (;;) {
      const rows = await line.query(snapshotText, [place, now])
      const newest = rows.at(-1)
      if (newest === undefined) return
      place = integerOf(newest, 'place')
      yield rows.map(toEntry)
      if (rows.length < sliceSize) return
      // A database in this process answers at once: others want to be served too.
      await new Promise((resolve) => setImmediate(resolve))
    }
  } catch (cause) {
    lose(cause)
    throw unavailable(cause)
  }
}

interface Look {
  readonly last: number
  readonly epoch: string
  /** Of the last entry. */
  readonly place: number
  readonly entries: readonly RevocationEntry[]
}

function readLook(rows: readonly SqlRow[]): Look {
  const [row] = rows
  if (row === undefined) throw new Error('the store knows no epoch')
  if (integerOf(row, 'writable') !== 1) throw new Error('the server takes no writes')
  const last = integerOf(row, 'last')
  const found = rows.filter(({ place }) => place !== null)
  const newest = found.at(-1)
  return {
    last,
    epoch: textOf(row, 'epoch'),
    place: newest === undefined ? last : integerOf(newest, 'place'),
    entries: found.map(toEntry),
  }
}

/** Runs a step alone; who asks while it runs gets the next run, which begins after the question. */
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

import { AuthError } from '../../foundation/errors.js'
import { askStore } from '../../foundation/ask-store.js'
import type { FeedListener, RevocationEntry, RevocationFeed, RevocationStore } from '../ports.js'
import type { RevocationTable } from '../table/table.js'

/** What a {@link FeedReader} needs. */
export interface FeedReaderParts {
  readonly store: RevocationStore
  readonly table: RevocationTable
  /** The first entry of a store that has no epoch yet. */
  readonly firstEntry: () => Promise<RevocationEntry & { readonly kind: 'all' }>
  /** Unix seconds that have certainly passed: entries that expired by then are neither read nor restored. */
  readonly expired: () => number
  /** For each heartbeat. */
  readonly deadlineMs: number
  /** Called at most once, and never after {@link FeedReader.close}. */
  readonly onLost: () => void
}

/** Deadline for opening, and for each page of a snapshot and each batch of a restoration. */
const patienceMs = 5000
/** Entries merged or restored before other work gets its turn. */
const batchSize = 1000

/** Reads one feed into a table, from opening it to its end. */
export class FeedReader {
  readonly #parts: FeedReaderParts
  #feed: RevocationFeed | undefined
  #closed = false
  #cause: unknown

  constructor(parts: FeedReaderParts) {
    this.#parts = parts
  }

  get closed(): boolean {
    return this.#closed
  }

  get epoch(): string | undefined {
    return this.#feed?.epoch
  }

  /** Whether opening this feed has started the epoch. */
  get isNewEpoch(): boolean {
    return this.#feed?.isNewEpoch ?? false
  }

  /** Opens the feed and merges all entries of the store into the table. @throws AuthError STORE_UNAVAILABLE */
  async open(): Promise<void> {
    const { store, table, firstEntry, expired } = this.#parts
    // Before opening: entries that the feed delivers before the end of the snapshot are confirmed too.
    table.beginResync()
    await this.#step(async () => {
      const request = { firstEntry: await firstEntry(), listener: this.#listener() }
      const opening = store.open(request)
      opening.then(
        (feed) => {
          if (this.#closed) feed.close()
        },
        () => undefined,
      )
      this.#feed = await askStore(patienceMs, () => opening)
      if (this.#closed) this.#feed.close()
      this.#checkOpen()
      await this.#merge(this.#feed.snapshot(expired()))
    })
  }

  /** Resolves when the table holds all entries that the store had before. @throws AuthError STORE_UNAVAILABLE, and closes */
  heartbeat(): Promise<void> {
    return this.#step(async () => {
      await askStore(this.#parts.deadlineMs, () => this.#opened().heartbeat())
    })
  }

  /**
   * Writes all entries to the store that it has not confirmed since the feed was opened; returns their number. Any number
   * of processes may do so at the same time.
   *
   * @throws AuthError STORE_UNAVAILABLE, and closes
   */
  async restore(): Promise<number> {
    const { table, expired } = this.#parts
    let count = 0
    await this.#step(async () => {
      const feed = this.#opened()
      for (const found of table.unconfirmed(expired())) {
        for (let at = 0; at < found.length; at += batchSize) {
          this.#checkOpen()
          const entries = found.slice(at, at + batchSize)
          await askStore(patienceMs, () => feed.add(entries))
          count += entries.length
        }
        await yieldToOthers()
        this.#checkOpen()
      }
    })
    return count
  }

  /** Also while the feed is being opened. */
  close(cause?: unknown): void {
    if (this.#closed) return
    this.#closed = true
    this.#cause = cause
    this.#feed?.close()
  }

  #listener(): FeedListener {
    return {
      add: (entries) => {
        try {
          // An entry of a closed feed is valid, but no longer shows what the store holds.
          for (const entry of entries) this.#parts.table.add(entry, !this.#closed)
        } catch (cause) {
          // An entry that cannot be enforced: ignoring it would accept tokens that it refuses.
          this.#lose(cause)
        }
      },
      lost: (cause) => {
        this.#lose(cause)
      },
    }
  }

  #lose(cause: unknown): void {
    if (this.#closed) return
    this.close(cause)
    this.#parts.onLost()
  }

  async #merge(snapshot: AsyncIterable<readonly RevocationEntry[]>): Promise<void> {
    const pages = snapshot[Symbol.asyncIterator]()
    for (;;) {
      const next = await askStore(patienceMs, () => pages.next())
      this.#checkOpen()
      if (next.done === true) return
      for (let at = 0; at < next.value.length; at += batchSize) {
        for (const entry of next.value.slice(at, at + batchSize)) this.#parts.table.add(entry, true)
        await yieldToOthers()
        this.#checkOpen()
      }
    }
  }

  /** Runs a step of work with the feed, and closes it if that fails. */
  async #step(work: () => Promise<void>): Promise<void> {
    try {
      this.#checkOpen()
      await work()
      this.#checkOpen()
    } catch (cause) {
      this.close(cause)
      if (cause instanceof AuthError) throw cause
      throw new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 }, { cause })
    }
  }

  #opened(): RevocationFeed {
    if (this.#feed === undefined) throw new Error('the feed is not open')
    return this.#feed
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error('the feed has ended', { cause: this.#cause })
  }
}

/** Gives other pending work its turn. */
function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

import { AuthError } from '../../foundation/errors.js'
import { askStore } from '../../foundation/ask-store.js'
import type { FeedListener, RevocationEntry, RevocationFeed, RevocationStore } from '../ports.js'
import type { RevocationTable } from '../table/table.js'

/** What a link is built from. */
export interface LinkParts {
  readonly store: RevocationStore
  readonly table: RevocationTable
  /** What a store that knows no epoch begins with. */
  readonly whenNew: () => RevocationEntry & { readonly kind: 'all' }
  /** A time that has surely come: what expired by then is not asked for, and not put back. */
  readonly expired: () => number
  /** For each heartbeat. */
  readonly deadlineMs: number
  /** Called at most once, and never after {@link Link.end}. */
  readonly onLost: () => void
}

/** For opening, and for each slice of a snapshot or of what is put back. */
const patienceMs = 5000
/** Entries merged or put back between two looks at what else is waiting. */
const slice = 1000

/** One feed from its opening to its end, poured into a table. */
export class Link {
  readonly #parts: LinkParts
  #feed: RevocationFeed | undefined
  #ended = false
  #cause: unknown

  constructor(parts: LinkParts) {
    this.#parts = parts
  }

  get ended(): boolean {
    return this.#ended
  }

  get epoch(): string | undefined {
    return this.#feed?.epoch
  }

  /** Whether the store had no epoch before. */
  get begun(): boolean {
    return this.#feed?.begun ?? false
  }

  /** Opens a feed and merges all that the store holds. @throws AuthError STORE_UNAVAILABLE */
  async open(): Promise<void> {
    const { store, table, whenNew, expired } = this.#parts
    // Before opening: what is handed out before a snapshot is whole counts as held by the store.
    table.recount()
    await this.#step(async () => {
      const request = { whenNew: whenNew(), listener: this.#listener() }
      const opening = store.open(request)
      opening.then(
        (feed) => {
          if (this.#ended) feed.close()
        },
        () => undefined,
      )
      this.#feed = await askStore(patienceMs, () => opening)
      if (this.#ended) this.#feed.close()
      this.#check()
      await this.#merge(this.#feed.snapshot(expired()))
    })
  }

  /** @throws AuthError STORE_UNAVAILABLE; the link has ended then */
  beat(): Promise<void> {
    return this.#step(async () => {
      await askStore(this.#parts.deadlineMs, () => this.#opened().beat())
    })
  }

  /**
   * Puts back what the store has not shown to hold, a slice at a time; how many. Any number of processes may do so at
   * once.
   *
   * @throws AuthError STORE_UNAVAILABLE; the link has ended then
   */
  async putBack(): Promise<number> {
    const { table, expired } = this.#parts
    let count = 0
    await this.#step(async () => {
      const feed = this.#opened()
      for (const found of table.missing(expired())) {
        for (let at = 0; at < found.length; at += slice) {
          this.#check()
          const entries = found.slice(at, at + slice)
          await askStore(patienceMs, () => feed.add(entries))
          count += entries.length
        }
        await breathe()
        this.#check()
      }
    })
    return count
  }

  /** Ends it, also while it is being opened. */
  end(cause?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#cause = cause
    this.#feed?.close()
  }

  #listener(): FeedListener {
    return {
      add: (entries) => {
        try {
          // What an old feed still says is true, but says nothing about what the store holds by now.
          for (const entry of entries) this.#parts.table.add(entry, !this.#ended)
        } catch (cause) {
          // An entry that can not be enforced: to go on would be to let through what it refuses.
          this.#lose(cause)
        }
      },
      lost: (cause) => {
        this.#lose(cause)
      },
    }
  }

  #lose(cause: unknown): void {
    if (this.#ended) return
    this.end(cause)
    this.#parts.onLost()
  }

  async #merge(snapshot: AsyncIterable<readonly RevocationEntry[]>): Promise<void> {
    const slices = snapshot[Symbol.asyncIterator]()
    for (;;) {
      const next = await askStore(patienceMs, () => slices.next())
      this.#check()
      if (next.done === true) return
      for (let at = 0; at < next.value.length; at += slice) {
        for (const entry of next.value.slice(at, at + slice)) this.#parts.table.add(entry, true)
        await breathe()
        this.#check()
      }
    }
  }

  /** Does something with the feed; if that fails the feed has ended. */
  async #step(work: () => Promise<void>): Promise<void> {
    try {
      this.#check()
      await work()
      this.#check()
    } catch (cause) {
      this.end(cause)
      if (cause instanceof AuthError) throw cause
      throw new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 }, { cause })
    }
  }

  #opened(): RevocationFeed {
    if (this.#feed === undefined) throw new Error('the feed is not open')
    return this.#feed
  }

  #check(): void {
    if (this.#ended) throw new Error('the feed has ended', { cause: this.#cause })
  }
}

/** Lets what else is waiting go first. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

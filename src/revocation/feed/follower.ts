import { AuthError } from '../../foundation/errors.js'
import { notify } from '../../foundation/listener.js'
import type { RevocationEntry, RevocationStore } from '../ports.js'
import type { RevocationTable } from '../table/table.js'
import { FeedReader } from './feed-reader.js'
import { createPause, reconnectDelayMs } from './pause.js'
import { Restoration } from './restoration.js'
import { createSweeper, type Sweeper } from './sweeper.js'

/**
 * `ready`: the whole store has been read. `lost`: the feed has ended; `recovered`: another one is open. `storeReset`: the
 * store has lost everything; the entries of this process stay enforced. `restored`: entries that the store had lost or
 * not acknowledged were written to it again.
 */
export interface RevocationEvent {
  readonly kind: 'ready' | 'lost' | 'recovered' | 'storeReset' | 'restored'
  /** Of `lost`: why the feed has ended. */
  readonly cause?: unknown
  /** Of `restored`: how many. */
  readonly entries?: number
}

/** What {@link createFollower} needs. */
export interface FollowerParts {
  readonly store: RevocationStore
  readonly table: RevocationTable
  /** The first entry of a store that has no epoch yet. */
  readonly firstEntry: () => Promise<RevocationEntry & { readonly kind: 'all' }>
  readonly heartbeatEveryMs: number
  readonly deadlineMs: number
  readonly onEvent: (event: RevocationEvent) => unknown
  /** Unix time in seconds. */
  readonly now: () => number
  /** Seconds on a clock that never jumps. */
  readonly monotonic: () => number
  /** Seconds for which the two clocks must agree before anything is removed. */
  readonly settleAfter: number
}

/** Keeps a table in step with a store by reading its feed, and opens another feed when one ends. */
export interface Follower {
  /** Epoch of the store when a feed was last opened. */
  readonly epoch: string | undefined
  /** Seconds since the start of the last successful heartbeat; undefined before the first. */
  staleness(): number | undefined
  /** The same by the system clock, which goes on while a machine sleeps; less than 0 when it was set back. */
  wallStaleness(): number | undefined
  /** Has the next heartbeat begin at once, unless the feed has ended. */
  wake(): void
  /** Writes entries again that the store has lost or did not acknowledge. */
  readonly restoration: Restoration
  /** Reads the whole store and follows it from then on. @throws AuthError STORE_UNAVAILABLE */
  start(): Promise<void>
  close(): void
}

/** @example await createFollower(parts).start() */
export function createFollower(parts: FollowerParts): Follower {
  return new FeedFollower(parts)
}

class FeedFollower implements Follower {
  readonly #parts: FollowerParts
  readonly #sweeper: Sweeper
  readonly restoration: Restoration
  readonly #pause = createPause()
  #reader: FeedReader | undefined
  #starting: Promise<void> | undefined
  #closed = false
  /** Start of the last successful heartbeat, by both clocks. */
  #confirmed: { readonly monotonic: number; readonly wall: number } | undefined
  #failures = 0
  epoch: string | undefined

  constructor(parts: FollowerParts) {
    this.#parts = parts
    this.#sweeper = createSweeper(parts)
    this.restoration = new Restoration({
      table: parts.table,
      onRestored: (entries) => {
        notify(parts.onEvent, { kind: 'restored', entries })
      },
      onFailed: this.#pause.wake,
    })
  }

  staleness(): number | undefined {
    return this.#confirmed && this.#parts.monotonic() - this.#confirmed.monotonic
  }

  wallStaleness(): number | undefined {
    return this.#confirmed && this.#parts.now() - this.#confirmed.wall
  }

  wake(): void {
    // Attempts to open another feed keep their distance.
    if (this.#reader?.closed === false) this.#pause.wake()
  }

  start(): Promise<void> {
    this.#starting ??= this.#begin().catch((error: unknown) => {
      this.#starting = undefined
      throw error
    })
    return this.#starting
  }

  close(): void {
    this.#closed = true
    this.#reader?.close()
    this.#pause.wake()
  }

  async #begin(): Promise<void> {
    const reader = await this.#connect()
    notify(this.#parts.onEvent, { kind: 'ready' })
    void this.#follow()
    // The first entry of a new epoch also refuses tokens issued later in this second: wait until it is over.
    if (reader.isNewEpoch) await untilNextSecond(this.#parts.now())
  }

  /** Never rejects. */
  async #follow(): Promise<void> {
    while (!this.#closed) {
      try {
        if (this.#reader?.closed !== true) await this.#pause.for(this.#parts.heartbeatEveryMs)
        if (this.#isClosed()) return
        await this.#heartbeat(this.#reader)
        this.#failures = 0
        this.#maintain()
      } catch (cause) {
        await this.#reconnect(cause)
      }
    }
  }

  /** For checks after an `await`, during which `close` may have been called. */
  #isClosed(): boolean {
    return this.#closed
  }

  async #reconnect(cause: unknown): Promise<void> {
    if (this.#closed) return
    notify(this.#parts.onEvent, { kind: 'lost', cause })
    for (;;) {
      // Only a heartbeat after the first resets the count: a feed that ends as soon as it is open is a failure too.
      await this.#pause.for(reconnectDelayMs(this.#failures++))
      if (this.#isClosed()) return
      try {
        await this.#connect()
        notify(this.#parts.onEvent, { kind: 'recovered' })
        return
      } catch {
        // `lost` was reported once for all attempts.
      }
    }
  }

  async #connect(): Promise<FeedReader> {
    if (this.#closed) throw new AuthError('STORE_UNAVAILABLE')
    const reader = new FeedReader({
      ...this.#parts,
      expired: this.#sweeper.expired,
      onLost: this.#pause.wake,
    })
    this.#reader = reader
    await reader.open()
    await this.#heartbeat(reader)
    if (this.epoch !== undefined && this.epoch !== reader.epoch)
      notify(this.#parts.onEvent, { kind: 'storeReset' })
    this.epoch = reader.epoch
    this.restoration.request()
    this.restoration.startIfNeeded(reader)
    return reader
  }

  async #heartbeat(reader: FeedReader | undefined): Promise<void> {
    // An answer is about the moment of the question, not the moment of the answer.
    const asked = { monotonic: this.#parts.monotonic(), wall: this.#parts.now() }
    await this.restoration.checkBy(async () => {
      await reader?.heartbeat()
      this.#confirmed = asked
    })
  }

  #maintain(): void {
    if (this.#reader !== undefined) this.restoration.startIfNeeded(this.#reader)
    // A restoration goes through the table: no entry may be moved or dropped meanwhile.
    if (this.restoration.isRunning) return
    this.#parts.table.maintain()
    this.#sweeper.sweepIfDue()
  }
}

/** At most a second, whatever the clock says. */
function untilNextSecond(now: number): Promise<void> {
  const ms = (Math.floor(now) + 1 - now) * 1000
  return new Promise((resolve) => setTimeout(resolve, Math.ceil(ms) + 2))
}

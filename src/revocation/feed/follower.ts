import { AuthError } from '../../foundation/errors.js'
import { askStore } from '../../foundation/ask-store.js'
import { notify } from '../../foundation/listener.js'
import { storeDeadlineMs } from '../store-deadline.js'
import { Link } from './feed-reader.js'
import type { RevocationEntry, RevocationStore } from '../ports.js'
import { createSettledTime } from './settled-time.js'
import type { RevocationTable } from '../table/table.js'

/**
 * `ready`: the whole store has been read. `lost`: the feed has ended, `recovered`: another one stands. `beganAnew`: the
 * store has lost everything; what this process knows stays enforced. `putBack`: the store has again what it had lost.
 */
export interface RevocationEvent {
  readonly kind: 'ready' | 'lost' | 'recovered' | 'beganAnew' | 'putBack'
  readonly cause?: unknown
  /** Of `putBack`: how many. */
  readonly entries?: number
}

/** What a replica is built from. */
export interface ReplicaParts {
  readonly store: RevocationStore
  readonly table: RevocationTable
  /** What a store that knows no epoch begins with. */
  readonly whenNew: () => RevocationEntry & { readonly kind: 'all' }
  readonly beatEveryMs: number
  readonly deadlineMs: number
  readonly onEvent: (event: RevocationEvent) => unknown
  /** Unix time in seconds. */
  readonly now: () => number
  /** Seconds on a clock that never jumps. */
  readonly monotonic: () => number
  /** Seconds for which the two clocks must agree before anything is forgotten. */
  readonly settleAfter: number
}

/** Keeps a table in step with a store by a feed, and opens another when it ends. */
export interface Replica {
  /** Of the store as it was last heard of. */
  readonly epoch: string | undefined
  /** Seconds since the beginning of the last heartbeat that came back; undefined before the first. */
  staleness(): number | undefined
  /** The store did not confirm something: it is put back at the next heartbeat. */
  owe(): void
  /** The store has confirmed it: the next heartbeat brings it, or the server that confirmed it is not the one followed. */
  expect(entry: RevocationEntry): void
  /** @throws AuthError STORE_UNAVAILABLE */
  start(): Promise<void>
  close(): void
}

/** Seconds, on the clock that never jumps. */
const sweepEvery = 60
const shortestWaitMs = 100
const longestWaitMs = 2000

/** @example await createReplica(parts).start() */
export function createReplica(parts: ReplicaParts): Replica {
  return new FollowingReplica(parts)
}

class FollowingReplica implements Replica {
  readonly #parts: ReplicaParts
  readonly #settledTime: () => number
  readonly #pause = createPause()
  #link: Link | undefined
  #starting: Promise<void> | undefined
  #closed = false
  #confirmedAt: number | undefined
  #sweptAt: number
  #failures = 0
  /** Whether the store may lack something that is known here. */
  #owing = false
  #puttingBack = false
  #expected: RevocationEntry[] = []
  epoch: string | undefined

  constructor(parts: ReplicaParts) {
    this.#parts = parts
    this.#settledTime = createSettledTime({ ...parts, now: () => Math.floor(parts.now()) })
    this.#sweptAt = parts.monotonic()
  }

  staleness(): number | undefined {
    return this.#confirmedAt === undefined ? undefined : this.#parts.monotonic() - this.#confirmedAt
  }

  owe(): void {
    this.#owing = true
  }

  expect(entry: RevocationEntry): void {
    this.#expected.push(entry)
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
    this.#link?.end()
    this.#pause.wake()
  }

  async #begin(): Promise<void> {
    const link = await this.#connect()
    notify(this.#parts.onEvent, { kind: 'ready' })
    void this.#follow()
    // A first start refuses what was issued up to its second: nobody may be given a token in it from here on.
    if (link.begun) await untilNextSecond(this.#parts.now())
  }

  /** Never rejects. */
  async #follow(): Promise<void> {
    while (!this.#closed) {
      try {
        if (this.#link?.ended !== true) await this.#pause.for(this.#parts.beatEveryMs)
        if (this.#isClosed()) return
        await this.#confirm(this.#link)
        this.#failures = 0
        this.#tend()
      } catch (cause) {
        await this.#reconnect(cause)
      }
    }
  }

  /** `close` may be called at any `await`. */
  #isClosed(): boolean {
    return this.#closed
  }

  async #reconnect(cause: unknown): Promise<void> {
    if (this.#closed) return
    notify(this.#parts.onEvent, { kind: 'lost', cause })
    for (;;) {
      // Only a heartbeat after the first sets the count back: a feed that ends as soon as it stands is no success.
      await this.#pause.for(waitMs(this.#failures++))
      if (this.#isClosed()) return
      try {
        await this.#connect()
        notify(this.#parts.onEvent, { kind: 'recovered' })
        return
      } catch {
        // It was told that the feed is lost; that it still is, is no news.
      }
    }
  }

  async #connect(): Promise<Link> {
    if (this.#closed) throw new AuthError('STORE_UNAVAILABLE')
    const link = new Link({
      ...this.#parts,
      expired: this.#settledTime,
      onLost: () => {
        this.#pause.wake()
      },
    })
    this.#link = link
    await link.open()
    await this.#confirm(link)
    if (this.epoch !== undefined && this.epoch !== link.epoch)
      notify(this.#parts.onEvent, { kind: 'beganAnew' })
    this.epoch = link.epoch
    this.#owing = true
    this.#putBack(link)
    return link
  }

  async #confirm(link: Link | undefined): Promise<void> {
    // What the store answers holds for the moment of the question, not for that of the answer.
    const askedAt = this.#parts.monotonic()
    const expected = this.#expected.splice(0)
    await link?.beat()
    this.#confirmedAt = askedAt
    // An old primary that still confirms what nobody follows: for whoever does not hear of it, it was never said.
    if (!expected.every((entry) => this.#parts.table.isStored(entry))) this.#owing = true
  }

  #tend(): void {
    if (this.#link !== undefined && this.#owing) this.#putBack(this.#link)
    // Whoever looks for what is missing must not have entries moved behind its back.
    if (this.#puttingBack) return
    this.#parts.table.tend()
    this.#sweep()
  }

  /** Beside the heartbeats: a million entries take longer than those may wait. */
  #putBack(link: Link): void {
    if (this.#puttingBack) return
    this.#puttingBack = true
    this.#owing = false
    void link
      .putBack()
      .then((entries) => {
        if (entries === 0) return
        notify(this.#parts.onEvent, { kind: 'putBack', entries })
        // Until the feed has brought them: whoever has confirmed them may not be the one that is followed.
        this.#owing = true
      })
      .catch(() => {
        // The link has ended: the next one finds the same missing.
        this.#owing = true
        this.#pause.wake()
      })
      .finally(() => {
        this.#puttingBack = false
      })
  }

  #sweep(): void {
    const { monotonic, store, table } = this.#parts
    if (monotonic() - this.#sweptAt < sweepEvery) return
    const expired = this.#settledTime()
    if (expired === 0) return
    this.#sweptAt = monotonic()
    table.sweep(expired)
    // What stays in the store for longer harms nobody; the next sweep takes it.
    askStore(storeDeadlineMs, () => store.sweep(expired)).catch(() => undefined)
  }
}

/** Twice as long after each failure, up to a bound, and never the same for two processes. */
function waitMs(failures: number): number {
  const most = Math.min(longestWaitMs, shortestWaitMs * 2 ** Math.min(failures, 10))
  return most * (0.5 + Math.random() / 2)
}

/** A pause that can be cut short; it keeps no process alive. */
function createPause() {
  let wake = (): void => undefined
  return {
    for: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms).unref()
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    wake: (): void => {
      wake()
    },
  }
}

/** At most a second, whatever the clock says. */
function untilNextSecond(now: number): Promise<void> {
  const ms = (Math.floor(now) + 1 - now) * 1000
  return new Promise((resolve) => setTimeout(resolve, Math.ceil(ms) + 2))
}

import type { Scheduler } from 'fast-check'
import type {
  FeedListener,
  RevocationEntry,
  RevocationFeed,
  RevocationName,
  RevocationStore,
} from '../../src/revocation/index.js'

/** A feed of one process. */
interface OpenFeed {
  readonly listener: FeedListener
  readonly owner: number
  /** Added to the store, and not delivered yet. */
  readonly undelivered: RevocationEntry[]
  open: boolean
}

/** Called at the start of a heartbeat; the result is called with the entries of the store at that time, when the heartbeat succeeds. */
export type OnHeartbeat = (owner: number) => (entries: readonly RevocationEntry[]) => void

export function nameOf(name: RevocationName): string {
  return `${name.kind} ${'value' in name ? name.value : ''}`
}

/** Two entries of the same name as one, with the later times. */
export function union(one: RevocationEntry | undefined, other: RevocationEntry): RevocationEntry {
  if (one === undefined) return other
  const expiresAt = Math.max(one.expiresAt, other.expiresAt)
  const before = 'before' in one && 'before' in other ? Math.max(one.before, other.before) : 0
  return 'before' in other ? { ...other, before, expiresAt } : { ...other, expiresAt }
}

/**
 * A store in which a scheduler decides when each answer arrives, and which can lose, repeat and reorder entries. It keeps
 * the contract of heartbeats: one succeeds only after all entries added before it have been delivered.
 */
export class ShakyStore {
  readonly #scheduler: Scheduler
  readonly #onHeartbeat: OnHeartbeat
  readonly #feeds: OpenFeed[] = []
  readonly held = new Map<string, RevocationEntry>()
  /** All entries ever added, merged by name. */
  readonly everAdded = new Map<string, RevocationEntry>()
  /** Undefined in an unused store, and after {@link loseAll}. */
  #epoch: string | undefined
  #epochs = 0
  isDown = false
  /** Whether it rejects writes, as with a full memory. */
  isFull = false

  constructor(scheduler: Scheduler, onHeartbeat: OnHeartbeat) {
    this.#scheduler = scheduler
    this.#onHeartbeat = onHeartbeat
  }

  /** The store as one process sees it. */
  for(owner: number): RevocationStore {
    return {
      add: async (entries) => {
        await this.#answer('add')
        if (this.isFull) throw new Error('out of memory')
        this.put(entries)
        // The entries are stored even if this answer fails.
        await this.#answer('added')
      },
      find: async (names) => {
        await this.#answer('find')
        return names.flatMap((name) => this.held.get(nameOf(name)) ?? [])
      },
      sweep: async (before) => {
        await this.#answer('sweep')
        const old = [...this.held].filter(([, { expiresAt }]) => expiresAt < before)
        for (const [name] of old) this.held.delete(name)
        return old.length
      },
      open: async ({ firstEntry, listener }) => {
        await this.#answer('open')
        const isNewEpoch = this.#epoch === undefined
        this.#epoch ??= `epoch ${String(++this.#epochs)}`
        if (isNewEpoch) this.put([firstEntry])
        const feed: OpenFeed = { listener, owner, undelivered: [], open: true }
        this.#feeds.push(feed)
        return this.#feedOf(feed, this.#epoch, isNewEpoch)
      },
    }
  }

  get epoch(): string | undefined {
    return this.#epoch
  }

  put(entries: readonly RevocationEntry[]): void {
    for (const entry of entries) {
      const merged = union(this.held.get(nameOf(entry)), entry)
      this.held.set(nameOf(entry), merged)
      this.everAdded.set(nameOf(entry), union(this.everAdded.get(nameOf(entry)), entry))
      for (const feed of this.#feeds) if (feed.open) feed.undelivered.push(merged)
    }
  }

  /** Delivers some entries, in reverse order and twice. */
  deliverInDisorder(): void {
    for (const feed of this.#feeds.filter(({ open }) => open)) {
      const some = feed.undelivered.splice(-3).reverse()
      feed.listener.add(some)
      feed.listener.add(some)
    }
  }

  /** Ends all feeds; undelivered entries are dropped. */
  disconnect(): void {
    for (const feed of this.#feeds.filter(({ open }) => open)) {
      feed.open = false
      feed.listener.lost(new Error('disconnected'))
    }
  }

  /** Restores an older backup: the entries of some names are gone, without a new epoch. */
  rollBack(isGone: (name: string) => boolean): void {
    for (const name of [...this.held.keys()].filter(isGone)) this.held.delete(name)
    this.disconnect()
  }

  /** Loses all data, the epoch included. */
  loseAll(): void {
    this.#epoch = undefined
    this.rollBack(() => true)
  }

  #feedOf(feed: OpenFeed, epoch: string, isNewEpoch: boolean): RevocationFeed {
    return {
      epoch,
      isNewEpoch,
      snapshot: (now) => this.#snapshot(feed, now),
      heartbeat: async () => {
        const heldNow = [...this.held.values()]
        const confirm = this.#onHeartbeat(feed.owner)
        await this.#answer('heartbeat')
        if (!feed.open) throw new Error('the feed has ended')
        feed.listener.add(feed.undelivered.splice(0).reverse())
        confirm(heldNow)
      },
      add: async (entries) => {
        if (!feed.open) throw new Error('the feed has ended')
        await this.for(feed.owner).add(entries)
      },
      close: () => {
        feed.open = false
      },
    }
  }

  async *#snapshot(feed: OpenFeed, now: number): AsyncGenerator<readonly RevocationEntry[]> {
    const names = [...this.held.keys()]
    for (let at = 0; at < names.length; at += 700) {
      await this.#answer('snapshot')
      if (!feed.open) throw new Error('the feed has ended')
      const page = names.slice(at, at + 700).flatMap((name) => this.held.get(name) ?? [])
      yield page.filter(({ expiresAt }) => expiresAt > now)
    }
  }

  async #answer(to: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), to)
    if (this.isDown) throw new Error('connection refused')
  }
}

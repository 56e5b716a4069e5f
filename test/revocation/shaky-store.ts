import type { Scheduler } from 'fast-check'
import type {
  FeedListener,
  RevocationEntry,
  RevocationFeed,
  RevocationName,
  RevocationStore,
} from '../../src/revocation/index.js'

/** What one process has of the store. */
interface OpenFeed {
  readonly listener: FeedListener
  readonly owner: number
  /** Confirmed, and not yet handed out. */
  readonly waiting: RevocationEntry[]
  open: boolean
}

/** When a heartbeat is asked for; what it returns is called with what was held then, once the heartbeat is back. */
export type Asked = (owner: number) => (entries: readonly RevocationEntry[]) => void

export function nameOf(name: RevocationName): string {
  return `${name.kind} ${'value' in name ? name.value : ''}`
}

/** Of two entries of one name, what both together say. */
export function union(one: RevocationEntry | undefined, other: RevocationEntry): RevocationEntry {
  if (one === undefined) return other
  const expiresAt = Math.max(one.expiresAt, other.expiresAt)
  const before = 'before' in one && 'before' in other ? Math.max(one.before, other.before) : 0
  return 'before' in other ? { ...other, before, expiresAt } : { ...other, expiresAt }
}

/**
 * A store whose every answer comes when a scheduler lets it, and which loses, forgets, repeats and reorders as it is told.
 * What it promises it keeps: a heartbeat comes back when all that was confirmed before it has been handed out.
 */
export class ShakyStore {
  readonly #scheduler: Scheduler
  readonly #asked: Asked
  readonly #feeds: OpenFeed[] = []
  readonly held = new Map<string, RevocationEntry>()
  /** Everything that it has ever been given, together. */
  readonly ever = new Map<string, RevocationEntry>()
  /** None: nobody has used it, or everything is lost. */
  #epoch: string | undefined
  #epochs = 0
  isDown = false
  /** It answers, and takes nothing: its memory is full. */
  isFull = false

  constructor(scheduler: Scheduler, asked: Asked) {
    this.#scheduler = scheduler
    this.#asked = asked
  }

  /** The store as one process sees it. */
  for(owner: number): RevocationStore {
    return {
      add: async (entries) => {
        await this.#answer('add')
        if (this.isFull) throw new Error('out of memory')
        this.put(entries)
        // Kept, and the answer is lost.
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
      open: async ({ whenNew, listener }) => {
        await this.#answer('open')
        const begun = this.#epoch === undefined
        this.#epoch ??= `epoch ${String(++this.#epochs)}`
        if (begun) this.put([whenNew])
        const feed: OpenFeed = { listener, owner, waiting: [], open: true }
        this.#feeds.push(feed)
        return this.#feedOf(feed, this.#epoch, begun)
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
      this.ever.set(nameOf(entry), union(this.ever.get(nameOf(entry)), entry))
      for (const feed of this.#feeds) if (feed.open) feed.waiting.push(merged)
    }
  }

  /** Some of what waits is handed out, last first, and twice. */
  deliver(): void {
    for (const feed of this.#feeds.filter(({ open }) => open)) {
      const some = feed.waiting.splice(-3).reverse()
      feed.listener.add(some)
      feed.listener.add(some)
    }
  }

  /** All feeds end, and what waits in them is handed out by nobody. */
  cut(): void {
    for (const feed of this.#feeds.filter(({ open }) => open)) {
      feed.open = false
      feed.listener.lost(new Error('cut'))
    }
  }

  /** An older copy is put back: what the names are of is gone, without a new epoch. */
  rollBack(isGone: (name: string) => boolean): void {
    for (const name of [...this.held.keys()].filter(isGone)) this.held.delete(name)
    this.cut()
  }

  /** Everything is gone. */
  lose(): void {
    this.#epoch = undefined
    this.rollBack(() => true)
  }

  #feedOf(feed: OpenFeed, epoch: string, begun: boolean): RevocationFeed {
    return {
      epoch,
      begun,
      snapshot: (now) => this.#snapshot(feed, now),
      beat: async () => {
        const before = [...this.held.values()]
        const confirm = this.#asked(feed.owner)
        await this.#answer('beat')
        if (!feed.open) throw new Error('the feed has ended')
        feed.listener.add(feed.waiting.splice(0).reverse())
        confirm(before)
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
      const slice = names.slice(at, at + 700).flatMap((name) => this.held.get(name) ?? [])
      yield slice.filter(({ expiresAt }) => expiresAt > now)
    }
  }

  async #answer(to: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), to)
    if (this.isDown) throw new Error('connection refused')
  }
}

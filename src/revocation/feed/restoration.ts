import type { RevocationEntry } from '../ports.js'
import type { RevocationTable } from '../table/table.js'
import type { FeedReader } from './feed-reader.js'

/** What a {@link Restoration} needs. */
export interface RestorationParts {
  readonly table: RevocationTable
  /** Called after some entries have been written to the store again; with their number. */
  readonly onRestored: (entries: number) => void
  /** Called when the feed has ended meanwhile. */
  readonly onFailed: () => void
}

/**
 * Writes entries to the store again that it has lost or never acknowledged. An entry counts as stored only once the feed
 * has delivered it: a demoted primary may acknowledge a write that no follower sees.
 */
export class Restoration {
  readonly #parts: RestorationParts
  /** Whether the store may lack an entry that is in the table. */
  #isNeeded = false
  #isRunning = false
  /** Entries acknowledged by the store since the last heartbeat. */
  #acknowledged: RevocationEntry[] = []

  constructor(parts: RestorationParts) {
    this.#parts = parts
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** For an entry that the store did not acknowledge: it is written again after the next heartbeat. */
  request(): void {
    this.#isNeeded = true
  }

  /** For an acknowledged entry: it is written again if the feed does not deliver it by the next heartbeat. */
  expectInFeed(entry: RevocationEntry): void {
    this.#acknowledged.push(entry)
  }

  /** Runs a heartbeat, and then checks that the feed has delivered what was acknowledged before it. */
  async checkBy(heartbeat: () => Promise<void>): Promise<void> {
    const expected = this.#acknowledged.splice(0)
    await heartbeat()
    if (!expected.every((entry) => this.#parts.table.isConfirmed(entry))) this.#isNeeded = true
  }

  /** Starts writing if the store may lack an entry. It runs beside the heartbeats: a million entries take longer than one. */
  startIfNeeded(reader: FeedReader): void {
    if (!this.#isNeeded || this.#isRunning) return
    this.#isRunning = true
    this.#isNeeded = false
    void this.#run(reader)
  }

  /** Never rejects. */
  async #run(reader: FeedReader): Promise<void> {
    try {
      const entries = await reader.restore()
      if (entries === 0) return
      this.#parts.onRestored(entries)
      // Until the feed has delivered them, another server than the followed one may have acknowledged them.
      this.#isNeeded = true
    } catch {
      // The feed has ended: the next one is checked for the same entries.
      this.#isNeeded = true
      this.#parts.onFailed()
    } finally {
      this.#isRunning = false
    }
  }
}

import { unavailable, type RingAt, type SealedStore } from './sealed-store.js'
import { makeKey } from './make-key.js'
import type { RingPolicy } from './ring-options.js'
import { missingKeys, onSchedule, tidy, withKey, type RingState } from './ring-state.js'
import { createSettledTime } from '../../foundation/settled-time.js'

/** A change to a ring; returns the same object when there is nothing to change. */
export type RingChange = (ring: RingState, now: number) => RingState

/** More than the number of processes that ever change a ring at the same time; each round one of them succeeds. */
const mostRounds = 50

type WriterPolicy = Pick<RingPolicy, 'algorithm' | 'times' | 'now' | 'monotonic'>

/**
 * Changes the ring in the store, and keeps it complete: one active key, and one successor. Whatever a wrong clock makes
 * it add can be put right later; it removes only what has certainly expired.
 */
export class RingWriter {
  readonly #store: SealedStore
  readonly #policy: WriterPolicy
  /** Unix seconds that have certainly passed; 0 while this process's clock is not settled. */
  readonly #settled: () => number
  /** Generated, but not needed because another process was first. */
  readonly #spares: Awaited<ReturnType<typeof makeKey>>[] = []

  constructor(store: SealedStore, policy: WriterPolicy) {
    this.#store = store
    this.#policy = policy
    this.#settled = createSettledTime({ ...policy, settleAfter: policy.times.overlap })
  }

  /**
   * Reads the ring, changes it and writes it, unless another process was faster; then starts again with its result.
   * `onRead` receives each state that was read, whether it can be changed or not.
   *
   * @throws AuthError STORE_UNAVAILABLE; ConfigError when the stored ring cannot be opened
   */
  async change(change: RingChange, onRead: (read: RingAt) => void): Promise<RingAt> {
    for (let round = 0; round < mostRounds; round++) {
      const current = await this.#store.read()
      onRead(current)
      const { now, times } = this.#policy
      const tidied = await this.#tidy(current.ring)
      const changed = (moment: number) => onSchedule(change(tidied, moment), moment, times)
      await this.#prepareKeys(missingKeys(changed(now()), now()))
      const moment = now()
      const { ring, used } = this.#complete(changed(moment), moment)
      if (ring === current.ring) return current
      const written = await this.#store.write(current, ring)
      if (written) {
        this.#spares.splice(0, used)
        return written
      }
    }
    throw unavailable('other processes kept changing the key ring')
  }

  /** The store's clock is asked only when there is something to remove. */
  async #tidy(ring: RingState): Promise<RingState> {
    const { times } = this.#policy
    const settled = this.#settled()
    if (tidy(ring, settled, times) === ring) return ring
    return tidy(ring, await this.#store.passed(settled), times)
  }

  /** Generated before the change begins: an RSA key takes a second. */
  async #prepareKeys(count: number): Promise<void> {
    while (this.#spares.length < count) this.#spares.push(await makeKey(this.#policy.algorithm))
  }

  #complete(ring: RingState, now: number): { ring: RingState; used: number } {
    let complete = ring
    let used = 0
    for (const spare of this.#spares) {
      if (missingKeys(complete, now) === 0) break
      complete = withKey(complete, spare, { now, times: this.#policy.times })
      used++
    }
    return { ring: complete, used }
  }
}

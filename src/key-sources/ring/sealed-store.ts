import { AuthError } from '../../foundation/errors.js'
import { passedAtStore } from '../../foundation/settled-time.js'
import type { KeyRingStore } from '../ports.js'
import type { RingState } from './ring-state.js'
import { readRing, writeRing } from './ring-text.js'
import { seal, unseal, type EncryptionKeys } from './seal.js'

/** A ring and its revision; 0 before the first state. */
export interface RingAt {
  readonly revision: number
  readonly ring: RingState
}

/** Stores rings in clear text, on top of a store of sealed texts. */
export class SealedStore {
  readonly #store: KeyRingStore
  readonly #keys: EncryptionKeys
  #newest = 0

  constructor(store: KeyRingStore, keys: EncryptionKeys) {
    this.#store = store
    this.#keys = keys
  }

  /**
   * The newest state. A state older than the last one seen is refused: it could bring back a revoked key.
   *
   * @throws AuthError STORE_UNAVAILABLE; ConfigError when the state cannot be opened
   */
  async read(): Promise<RingAt> {
    const stored = await this.#store.read()
    const revision = stored?.revision ?? 0
    if (revision < this.#newest)
      throw unavailable('the key store has lost writes; restore it, or restart every process')
    const text = stored && unseal(stored.sealed, revision, this.#keys)
    this.#newest = revision
    return { revision, ring: text === undefined ? { keys: [] } : readRing(text) }
  }

  /** The part of a settled time that the store's clock, if it has one, has passed too. */
  passed(settled: number): Promise<number> {
    return passedAtStore(this.#store, settled)
  }

  /**
   * Writes the state that follows `after`; undefined when another process was first. @throws AuthError
   * STORE_UNAVAILABLE
   */
  async write(after: RingAt, ring: RingState): Promise<RingAt | undefined> {
    const revision = after.revision + 1
    const sealed = seal(writeRing(ring), revision, this.#keys)
    if (!(await this.#store.write({ revision, sealed }))) return undefined
    this.#newest = Math.max(this.#newest, revision)
    return { revision, ring }
  }
}

/** A problem with a ring, as a fixed sentence. */
export class RingProblem extends Error {
  override readonly name = 'RingProblem'
}

/** The error for an unusable store; `problem` is a fixed sentence for the operator. */
export function unavailable(problem: string): AuthError {
  return new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 }, { cause: new RingProblem(problem) })
}

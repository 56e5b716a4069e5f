import type { Key } from '../../key/key.js'
import { privateKey, publicKey } from '../../key/asymmetric-key.js'
import { activeKey, removedAt, type RingKey, type RingState, type RingTimes } from './ring-state.js'

/** One key of a ring, imported. */
interface RingEntry {
  readonly stored: RingKey
  readonly verifies: Key
}

/**
 * The imported keys of one ring. Keys already imported for an earlier state are reused.
 */
export class RingKeys {
  readonly ring: RingState
  readonly #entries: ReadonlyMap<string, RingEntry>
  readonly #signers = new Map<string, Key>()

  constructor(ring: RingState, before?: RingKeys) {
    this.ring = ring
    this.#entries = new Map(ring.keys.map((stored) => [stored.kid, entryOf(stored, before)]))
    for (const { kid, privateJwk } of ring.keys) {
      const signer = before ? before.#signers.get(kid) : undefined
      if (signer && privateJwk) this.#signers.set(kid, signer)
    }
  }

  /** The imported key of a `kid`, even after its time. */
  verifier(kid: string): Key | undefined {
    return this.#entries.get(kid)?.verifies
  }

  /** The key that verifies tokens with a `kid` at a given time. */
  find(kid: string, now: number, times: RingTimes): Key | undefined {
    const entry = this.#entries.get(kid)
    return entry && now < removedAt(entry.stored, times) ? entry.verifies : undefined
  }

  /** The key that signs at a given time; undefined when there is none, or it has signed for longer than allowed. */
  signer(now: number, { rotateEvery }: RingTimes): Key | undefined {
    const active = activeKey(this.ring, now)
    if (!active?.privateJwk || active.activeFrom === null) return undefined
    const overdue = rotateEvery !== null && now > active.activeFrom + 2 * rotateEvery
    // A successor is long overdue, and no process could create it. If one is on its way, the active key may go on.
    if (overdue && active.activeUntil === null) return undefined
    const known = this.#signers.get(active.kid)
    if (known) return known
    const key = privateKey(active.privateJwk, active.alg)
    this.#signers.set(active.kid, key)
    return key
  }

  /** The keys published at a given time: those that sign, will sign, or have signed tokens that are still valid. */
  published(now: number, times: RingTimes): readonly Key[] {
    return this.ring.keys.flatMap(({ kid }) => this.find(kid, now, times) ?? [])
  }

  /** Whether a key that was there before is missing now. */
  hasLost(kids: Iterable<string>): boolean {
    return [...kids].some((kid) => !this.#entries.has(kid))
  }
}

function entryOf(stored: RingKey, before: RingKeys | undefined): RingEntry {
  const verifies = before?.verifier(stored.kid) ?? publicKey(stored.publicJwk, stored.alg)
  return { stored, verifies }
}

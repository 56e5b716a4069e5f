import { removedAt, stateOf, type KeyState, type RingKey, type RingTimes } from './ring-state.js'

/** One key of a ring, for people. Times are Unix seconds. */
export interface RingKeyInfo {
  readonly kid: string
  readonly alg: string
  readonly state: KeyState
  readonly createdAt: number
  /** When it begins and ends to sign; null while nobody has decided. */
  readonly activeFrom: number | null
  readonly activeUntil: number | null
  /** From when on it verifies nothing any more; null while that is open. */
  readonly removedAt: number | null
}

/** For health pages. */
export interface KeyRingStatus {
  /** Whether it can sign and verify at this moment. */
  readonly ready: boolean
  /** State of the ring in the store, as this process knows it. */
  readonly revision: number
  /** Seconds since the store last answered; undefined before it ever has. */
  readonly staleness: number | undefined
  /** What went wrong at the last look, as a fixed sentence. */
  readonly problem?: string
}

/** What may be said about a key at a moment. */
export function infoOf(key: RingKey, now: number, times: RingTimes): RingKeyInfo {
  const { kid, alg, createdAt, activeFrom, activeUntil } = key
  const removal = removedAt(key, times)
  return {
    kid,
    alg,
    state: stateOf(key, now),
    createdAt,
    activeFrom,
    activeUntil,
    removedAt: removal === Infinity ? null : removal,
  }
}

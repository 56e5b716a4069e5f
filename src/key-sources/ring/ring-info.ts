import { removedAt, stateOf, type KeyState, type RingKey, type RingTimes } from './ring-state.js'

/** One key of a ring, for display. Times are Unix seconds. */
export interface RingKeyInfo {
  readonly kid: string
  readonly alg: string
  readonly state: KeyState
  readonly createdAt: number
  /** When it starts and stops signing; null while undecided. */
  readonly activeFrom: number | null
  readonly activeUntil: number | null
  /** From this time on it verifies nothing; null while undecided. */
  readonly removedAt: number | null
}

/** The state of a ring, for health pages. */
export interface KeyRingStatus {
  /** Whether it can sign and verify now. */
  readonly ready: boolean
  /** Revision of the ring in the store, as far as this process knows. */
  readonly revision: number
  /** Seconds since the store last answered; undefined before its first answer. */
  readonly staleness: number | undefined
  /** The failure of the last poll, as a fixed sentence. */
  readonly problem?: string
}

/** The public facts about a key at a given time. */
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

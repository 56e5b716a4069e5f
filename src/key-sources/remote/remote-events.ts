import type { JwksProblemKind } from './problem.js'

/** What came of one fetch. Nothing of the answer's content is in it. */
export type RemoteJwksEvent =
  | {
      readonly type: 'fetched'
      /** Keys that can be used, and entries that were left out. */
      readonly keys: number
      readonly skipped: number
      /** Whether a key that was good before is no longer. */
      readonly removed: boolean
    }
  | { readonly type: 'unchanged' }
  | {
      readonly type: 'failed'
      readonly problem: JwksProblemKind
      /** A fixed sentence. */
      readonly message: string
      /** How many in a row. */
      readonly failures: number
      /** Seconds until the next attempt at the earliest. */
      readonly retryAfter: number
    }

/** How a remote set stands, for health checks. Times are Unix seconds. */
export interface RemoteJwksStatus {
  /** `none`: nothing can be verified. `stale`: past its time, and its server fails. */
  readonly state: 'none' | 'fresh' | 'stale'
  /** The ids of the keys in use. */
  readonly kids: readonly string[]
  /** When the set was last confirmed; until when it is fresh; when it dies unless confirmed again. */
  readonly confirmedAt?: number
  readonly freshUntil?: number
  readonly deadAt?: number
  /** Failures since the last success, the last one's reason, and when the next attempt is due at the earliest. */
  readonly failures: number
  readonly problem?: { readonly kind: JwksProblemKind; readonly message: string }
  readonly retryAt?: number
}

import type { SkippedEntry } from '../../key/jwk-set.js'
import type { RemoteProblemKind } from './problem.js'

/** A warning at the start, or the result of one fetch. Contains nothing of the answer. */
export type RemoteJwksEvent =
  /** The set is fetched over plain http, as `insecureHttp` allows: anyone on the way can replace it. */
  | { readonly type: 'insecure'; readonly hosts: readonly string[] }
  | {
      readonly type: 'fetched'
      /** The number of usable keys, by their `kid`. */
      readonly keys: number
      /** The entries of the set that were left out. */
      readonly skipped: readonly SkippedEntry[]
      /** Whether a formerly valid key is gone. */
      readonly removed: boolean
    }
  | { readonly type: 'unchanged' }
  | {
      readonly type: 'failed'
      readonly problem: RemoteProblemKind
      /** A fixed sentence. */
      readonly message: string
      /** Whether a formerly valid key is gone: the set is valid, and has no usable key. */
      readonly removed: boolean
      /** The number of failures in a row. */
      readonly failures: number
      /** Seconds until the earliest next attempt. */
      readonly retryAfter: number
    }

/** The state of a remote set, for health checks. Times are Unix seconds. */
export interface RemoteJwksStatus {
  /** `none`: no token can be verified. `stale`: past its time, and its server fails. */
  readonly state: 'none' | 'fresh' | 'stale'
  /** The ids of the keys in use. */
  readonly kids: readonly string[]
  /** The entries of the newest valid set that were left out, by their position. */
  readonly skipped: readonly SkippedEntry[]
  /** When the set was last confirmed; until when it is fresh; when it dies unless it is confirmed again. */
  readonly confirmedAt?: number
  readonly freshUntil?: number
  readonly deadAt?: number
  /** Failures since the last success, the reason of the last one, and the earliest time of the next attempt. */
  readonly failures: number
  readonly problem?: { readonly kind: RemoteProblemKind; readonly message: string }
  readonly retryAt?: number
}

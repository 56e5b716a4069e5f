/** One act of an honest user or an administrator, as it was answered. */
export interface Act {
  readonly name: string
  /** From when it was due, in milliseconds. */
  readonly ms: number
  readonly isRight: boolean
}

/** What a phase has come to. */
export interface PhaseRecord {
  readonly acts: Act[]
  /** How often each attack or harmless request was answered with each status; 0 is a connection that broke. */
  readonly others: Record<string, number>
  /** What must not happen: none, in a run that is good. */
  readonly faults: string[]
  /** Honest users whose sessions have ended by no act of theirs or of an administrator: none. */
  readonly loggedOut: string[]
  /** Revoked tokens that were presented: at once, and after `maxStaleness`. */
  readonly revoked: { atOnce: number; acceptedAtOnce: number; later: number; refusedLater: number }
}

export function createRecord(): PhaseRecord {
  return {
    acts: [],
    others: {},
    faults: [],
    loggedOut: [],
    revoked: { atOnce: 0, acceptedAtOnce: 0, later: 0, refusedLater: 0 },
  }
}

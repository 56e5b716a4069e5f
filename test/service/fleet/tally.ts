/** What a run has come to. */
export interface Tally {
  /** How often each operation was answered with each status; 0 is a connection that broke. */
  readonly answers: Record<string, number>
  /** Why sessions were lost, and tokens accepted that had been taken back: none, in a run that is good. */
  readonly faults: string[]
  /** Milliseconds from the answer to a revocation to the last acceptance that was asked for after it. */
  readonly late: number[]
  revocations: number
}

export function createTally(): Tally {
  return { answers: {}, faults: [], late: [], revocations: 0 }
}

/** Counts one more. */
export function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

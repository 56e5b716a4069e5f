/** Answers to logins that have arrived in this process. */
export interface UsedAnswers {
  /** Whether this answer has arrived before. */
  has(state: string): boolean
  /** Remembers an answer, for the usual time or for `seconds`. */
  add(state: string, seconds?: number): void
}

const most = 10_000

/**
 * Remembers the states of answers, so that one is used once in this process; the provider takes a code once in all of
 * them.
 *
 * @example const used = createUsedAnswers({ now, seconds: 600 })
 */
export function createUsedAnswers({
  now,
  seconds,
}: {
  readonly now: () => number
  readonly seconds: number
}): UsedAnswers {
  const until = new Map<string, number>()
  return {
    has: (state) => (until.get(state) ?? 0) > now(),
    add: (state, lasts = seconds) => {
      const at = now()
      for (const [each, end] of until) {
        if (end > at && until.size < most) break
        until.delete(each)
      }
      until.set(state, at + lasts)
    },
  }
}

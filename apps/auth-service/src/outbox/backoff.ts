/** How pauses between attempts grow. */
export interface Growth {
  /** Milliseconds of the first pause; each further one is twice as long. */
  readonly first: number
  /** Milliseconds of the longest pause. */
  readonly longest: number
}

/** Pauses of one message: 5 s, 10 s, 20 s, up to an hour; 33 attempts or so in a day. */
export const messageGrowth: Growth = { first: 5_000, longest: 3_600_000 }

/** Pauses of a target to which nothing gets through: a second, up to a minute, with one attempt after each. */
export const targetGrowth: Growth = { first: 1_000, longest: 60_000 }

/**
 * Milliseconds until the next attempt: up to half of a pause is left out at random, so that messages that failed
 * together do not come back together.
 *
 * @param failures failed attempts in a row, 1 or more
 * @param random from 0 to 1
 * @example backoff(messageGrowth, 3, Math.random()) // 10,000 to 20,000
 */
export function backoff({ first, longest }: Growth, failures: number, random: number): number {
  const pause = Math.min(longest, first * 2 ** Math.min(failures - 1, 40))
  return Math.round(pause * (1 - random / 2))
}

/** What the thread of password-rules.ts is asked: one password after the other, in this thread, which nobody else waits for. */
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

/** What {@link guesses} is asked. */
export interface Guessed {
  readonly password: string
  /** What whoever guesses this password tries first. */
  readonly words: readonly string[]
}

/** Only so many characters are held against the lists: the work grows faster than the length. */
const mostCompared = 100

const lists = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: mostCompared })

/** How many guesses find a password, tried in the order of those who guess. */
export function guesses({ password, words }: Guessed): number {
  return lists.check(password, [...words]).guesses
}

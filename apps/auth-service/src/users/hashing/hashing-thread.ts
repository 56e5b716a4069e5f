/** What a thread of hashing-threads.ts is asked: one hash after the other, in this thread, which nobody else waits for. */
import { hashSync, type Options } from '@node-rs/argon2'
import { checkHash } from './check-hash.js'

/** What `hash` is asked. */
export interface NewHash {
  readonly text: string
  readonly parameters: Options
}

/** Makes a PHC string. */
export function hash({ text, parameters }: NewHash): string {
  return hashSync(text, parameters)
}

/** What `check` is asked. */
export interface Comparison {
  /** Hashes from elsewhere were made from what was typed, in whichever spelling. */
  readonly spellings: readonly string[]
  readonly phc: string
}

/** Whether one of the spellings is what the hash was made from. All are tried: the time says nothing of the first. */
export function check({ spellings, phc }: Comparison): boolean {
  return spellings.map((text) => checkHash(text, phc)).includes(true)
}

/** The worker of hashing-threads.ts: one hash after another, in a thread that nothing else waits for. */
import { hashSync, type Options } from '@node-rs/argon2'
import { checkHash } from './check-hash.js'

/** The input of `hash`. */
export interface NewHash {
  readonly text: string
  readonly parameters: Options
}

/** Makes a PHC string. */
export function hash({ text, parameters }: NewHash): string {
  return hashSync(text, parameters)
}

/** The input of `check`. */
export interface Comparison {
  /** Imported hashes were made from the typed text, in any of these spellings. */
  readonly spellings: readonly string[]
  readonly phc: string
}

/** Whether the hash was made from one of the spellings. All are tried, so the time does not reveal which. */
export function check({ spellings, phc }: Comparison): boolean {
  return spellings.map((text) => checkHash(text, phc)).includes(true)
}

import type { RevocationEntry } from '../ports.js'

/**
 * Kinds of entries by their numbers in a record. None is 0, which is memory without a record. `session` is the cut-off of a
 * session, which is a `sub` elsewhere: by a number of its own it is looked up by the `sid` as the token has it.
 */
export const kindNumbers = { jti: 1, sid: 2, client: 3, sub: 4, all: 5, session: 6 } as const

const kindNames: readonly (RevocationEntry['kind'] | undefined)[] = [
  undefined,
  ...(['jti', 'sid', 'client', 'sub', 'all'] as const),
]

/** The kind with this number. */
export function kindOf(number: number): RevocationEntry['kind'] {
  return kindNames[number] ?? 'jti'
}

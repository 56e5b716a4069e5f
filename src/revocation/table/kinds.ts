import type { RevocationEntry } from '../ports.js'

/** Kinds of entries by their numbers in a record. None is 0, which is memory without a record. */
export const kindNumbers = { jti: 1, sid: 2, client: 3, sub: 4, all: 5 } as const

const kindNames: readonly (RevocationEntry['kind'] | undefined)[] = [
  undefined,
  ...(['jti', 'sid', 'client', 'sub', 'all'] as const),
]

/** The kind with this number. */
export function kindOf(number: number): RevocationEntry['kind'] {
  return kindNames[number] ?? 'jti'
}

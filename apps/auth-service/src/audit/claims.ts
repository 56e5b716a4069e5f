import type { Head } from './chain-writer.js'

/** A head that something outside a chain knows: the chain must still have it. */
export interface Claim extends Head {
  /** Who says so, for people. */
  readonly source: string
  /** When it was known, in Unix seconds: soon after the row was written. Undefined: not known. */
  readonly at?: number | undefined
}

/** The strongest claim of stored rows about each chain. */
export interface Claims {
  add(claim: Claim): void
  all(): readonly Claim[]
}

/**
 * Keeps the latest head of each chain, and another one at the same place: the MAC of a row covers all rows before it, so
 * earlier heads say no more. It is for heads that rows name, which have been verified: in another source, a false later head
 * would hide a true one. Its size is that of the list of chains, not of the log.
 */
export function createClaims(): Claims {
  const latest = new Map<string, Claim[]>()
  return {
    add: (claim) => {
      const known = latest.get(claim.chain) ?? []
      const seq = known[0]?.seq ?? 0
      if (claim.seq > seq) latest.set(claim.chain, [claim])
      else if (claim.seq === seq && known.every(({ mac }) => mac !== claim.mac)) known.push(claim)
    },
    all: () => [...latest.values()].flat(),
  }
}

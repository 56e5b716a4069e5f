import type { RevocationEntry, RevocationName, RevocationStore } from './ports.js'
import { sidOfCutOff } from './session-cut-off.js'

/** Seconds that a cut-off may lie ahead of a clock: by so much clocks may differ. */
export const mostAhead = 60

/**
 * The same for the cut-off of a session: what is issued within a minute of it is issued after it, and says so; and the next
 * one has to be later.
 */
export const mostAheadOfSession = 2 * mostAhead

/** Where and when {@link beyondKnown} looks. */
export interface CutOffContext {
  readonly store: Pick<RevocationStore, 'find'>
  /** Unix time in seconds. */
  readonly now: number
}

/**
 * The entry with a cut-off that changes something. A wrong clock may have dated the known cut-off of this name ahead;
 * tokens issued since then say that they were issued after that one (`issuedAfterClaim`). An earlier cut-off would be
 * merged into it, and refuse none of them: so this one is a second later than the known one. The cut-off of a session stays
 * as it is: `createSessions` keeps the one before, and writes the one that it has given into the session's next tokens.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example await store.add([await beyondKnown(entry, { store, now })])
 */
export async function beyondKnown(
  entry: RevocationEntry,
  { store, now }: CutOffContext,
): Promise<RevocationEntry> {
  if (!('before' in entry) || sidOfCutOff(entry) !== undefined) return entry
  const { issuer } = entry
  const name: RevocationName =
    entry.kind === 'all' ? { kind: 'all', issuer } : { kind: 'sub', issuer, value: entry.value }
  const [known] = await store.find([name])
  if (known === undefined || !('before' in known)) return entry
  // Also within the last minute before it: the tokens that are exempt from it live on.
  if (known.before <= now || known.before < entry.before) return entry
  const expiresAt = Math.max(entry.expiresAt, known.expiresAt + 1)
  return { ...entry, before: known.before + 1, expiresAt }
}

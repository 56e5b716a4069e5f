import { askStore } from '../foundation/ask-store.js'
import { AuthError } from '../foundation/errors.js'
import type { Claims } from '../token/token.js'
import { change } from './change.js'
import { readFacts } from './details.js'
import { findBySid } from './end.js'
import type { SessionDetails } from './ports.js'
import { toSessionInfo, type SessionInfo } from './session-info.js'
import { revokesNothing, type SessionsPolicy } from './session-policy.js'

/** When new facts of a session count. */
export interface UpdateOptions {
  /**
   * Whether the access tokens that the session has are refused from now on, so that its next call has to refresh. Default
   * false: they go on with the facts they have, until they expire.
   */
  readonly now?: boolean
}

/**
 * Seconds by which the clocks of processes may differ: a token that has just been issued by one that is ahead is refused
 * too.
 */
const clockSpread = 60

/** Seconds that a cut-off of a session may lie ahead: `revoke` takes none that is later. */
const mostAhead = 2 * clockSpread

/** Replaces the facts of a session. */
export async function update(
  policy: SessionsPolicy,
  { sid, facts }: { readonly sid: string; readonly facts: Claims },
  { now = false }: UpdateOptions = {},
): Promise<SessionInfo> {
  const kept = readFacts(facts)
  if (now && policy.revoke === revokesNothing)
    throw new TypeError('update with now: true needs createSessions.revoke')
  const { becomes } = await change(policy, {
    find: () => findBySid(policy, sid),
    next: (was) => {
      const details = nextDetails(policy, was.details, { facts: kept, now })
      return { becomes: { ...was, details } }
    },
  })
  const before = becomes.details.cutOff
  if (now && before !== undefined)
    await askStore(policy.storeDeadlineMs, () => policy.revoke({ sid, before, urgent: true }))
  return toSessionInfo(policy, becomes)
}

/** Each cut-off is later than the one before, so that a token issued between the two is refused by the second. */
function nextDetails(
  policy: SessionsPolicy,
  details: SessionDetails = {},
  { facts, now }: { readonly facts: Claims; readonly now: boolean },
): SessionDetails {
  if (!now) return { ...details, facts }
  const at = policy.now()
  const cutOff = Math.max(at + clockSpread, (details.cutOff ?? 0) + 1)
  const tooSoon = cutOff - at - mostAhead
  // Nothing is written that could not be enforced.
  if (tooSoon > 0) throw new AuthError('STORE_UNAVAILABLE', { retryAfter: tooSoon })
  return { ...details, facts, cutOff }
}

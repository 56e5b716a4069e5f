import { AuthError } from '../foundation/errors.js'
import { askStore } from '../foundation/ask-store.js'
import type { StoredSession } from './ports.js'
import type { SubjectState } from './session-options.js'
import type { SessionsPolicy } from './session-policy.js'

/**
 * Asks the application for a subject as it is now.
 *
 * @throws AuthError SUBJECT_REFUSED when there is none, STORE_UNAVAILABLE when it could not be asked
 * @example const { claims } = await loadSubject(policy, session)
 */
export async function loadSubject(
  policy: SessionsPolicy,
  { subject, sid, client, details }: StoredSession,
): Promise<SubjectState> {
  const context = { sid, client, facts: details?.facts ?? {} }
  const state = await askStore(policy.storeDeadlineMs, () => policy.loadSubject(subject, context))
  if (state === undefined || state === null) throw new AuthError('SUBJECT_REFUSED')
  return state
}

import { AuthError } from '../foundation/errors.js'
import type { StoreKeeper } from './in-store.js'
import type { RelyingPartyPolicy } from './policy.js'
import type { SiteSession } from './ports.js'
import { renewed } from './refresh.js'
import type { Visit } from './site-request.js'

/** Seconds. With less life left, an access token may expire on its way. */
const leeway = 5

/**
 * The session of a request, its access token refreshed when that has expired; undefined when there is none, or the provider
 * has ended it.
 *
 * @throws AuthError STORE_UNAVAILABLE; PROVIDER_UNAVAILABLE and others of a refresh
 * @example await freshSession(policy, visit, (call) => keeper.session(call))
 */
export async function freshSession(
  policy: RelyingPartyPolicy,
  visit: Visit,
  session: StoreKeeper['session'],
): Promise<SiteSession | undefined> {
  const found = await session(visit.call)
  if (found?.refreshToken === undefined) return found
  if (found.accessExpire > policy.now() + leeway) return found
  try {
    await renewed(policy, visit)
  } catch (error) {
    if (error instanceof AuthError && error.code === 'REFRESH_ENDED') return undefined
    throw error
  }
  return session(visit.call)
}

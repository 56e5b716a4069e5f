import { askStore } from './asking.js'
import type { IssuerPolicy } from './issuer-policy.js'
import type { Family } from './ports.js'

/** Past every clock tolerance that a verifier may have, and a minute for clocks that differ. */
const margin = 300 + 60

/**
 * Refuses a session's access tokens, unless it ended so long ago that none can be left.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function revokeAccess(policy: IssuerPolicy, family: Family): Promise<void> {
  if (family.endedAt !== undefined && policy.now() > family.endedAt + policy.accessTtl + margin)
    return
  await askStore(policy, () => policy.revoke({ sid: family.sid }))
}

/** Sessions that are refused at one time. */
const atOnce = 32

/** The same for several, a bounded number at one time and never so many in a row that nobody else gets a turn. */
export async function revokeEach(policy: IssuerPolicy, families: readonly Family[]): Promise<void> {
  for (let first = 0; first < families.length; first += atOnce) {
    const some = families.slice(first, first + atOnce)
    await Promise.all(some.map((family) => revokeAccess(policy, family)))
    // A store in this process answers without waiting.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

import { AuthError, type Claims } from 'jotgate'
import { RequestFault } from '../../foundation/faults.js'
import { firstParty } from '../../oauth/first-party.js'
import type { User } from '../../users/users.js'
import type { GuardedCall } from './generated/service.js'
import { proveUser, type Evidence, type Proven } from './prove-user.js'
import { recordRefusal } from './record.js'

/**
 * Refuses sessions of registered apps, which have a login of their own, and tokens that another party uses in place of the
 * user.
 *
 * @throws AuthError FORBIDDEN
 */
export function refuseOthers(claims: Claims): void {
  if (claims['client_id'] !== firstParty || 'act' in claims) throw new AuthError('FORBIDDEN')
}

/** What {@link proveOwner} takes. */
export interface Proof extends Pick<Evidence, 'password' | 'code'> {
  readonly user: User
  /** What the caller wants to do: recorded as refused where the proof is not right. */
  readonly act: Parameters<typeof recordRefusal>[2]
}

/**
 * Checks that the caller is the user of its token: the password and, where there is a second factor, the code.
 *
 * @throws RequestFault PASSWORD_REFUSED, CODE_REQUIRED, TOO_MANY, BUSY; AuthError STORE_UNAVAILABLE, KEYS_UNAVAILABLE
 */
export async function proveOwner(
  call: GuardedCall<object>,
  { user, act, ...sent }: Proof,
): Promise<Proven> {
  const evidence = { ...sent, name: user.username, account: () => Promise.resolve(user) }
  const proved = await proveUser(call, evidence)
  if (proved.kind === 'right') return proved
  recordRefusal(call, proved, act)
  throw new RequestFault(proved.kind === 'incomplete' ? 'CODE_REQUIRED' : 'PASSWORD_REFUSED')
}

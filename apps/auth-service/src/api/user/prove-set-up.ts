import type { Proof } from '../../limits/admission.js'
import { currentToken } from '../../sessions/current-token.js'
import { refuseOldLogin } from '../../sessions/recent-login.js'
import { RequestFault } from '../../foundation/faults.js'
import type { BegunCode } from '../../users/second-factor/second-factor.js'
import type { User } from '../../users/users.js'
import type { GuardedCall } from './generated/service.js'
import type { SecondFactorCode } from './generated/types.js'
import { recordRefusal } from './record.js'

/** What {@link proveSetUp} takes. */
export interface SetUp {
  readonly user: User
  /** Recorded as refused where the proof is not right. */
  readonly act: Parameters<typeof recordRefusal>[2]
}

/** What a check has found by the time that it is decided. */
interface Findings {
  isRightPassword: boolean
  right: BegunCode | undefined
}

/**
 * Checks that the user who has begun to set up a second factor also has it: a code of it, with the password or after a recent
 * login, under the limits of a login. A wrong code counts like a wrong password. A right code without the password takes back no
 * wrong passwords.
 *
 * @throws RequestFault PASSWORD_REFUSED, CODE_REFUSED, TOO_MANY, BUSY; AuthError STEP_UP_REQUIRED, STORE_UNAVAILABLE,
 * KEYS_UNAVAILABLE
 */
export async function proveSetUp(
  call: GuardedCall<SecondFactorCode>,
  { user, act }: SetUp,
): Promise<BegunCode> {
  const { address, request, services, signal } = call
  const { code, password } = request
  if (password === undefined) refuseOldLogin(currentToken())
  const { admission, source, secondFactor } = services
  const found: Findings = { isRightPassword: password === undefined, right: undefined }
  const check = async (account: User | undefined): Promise<Proof> => {
    if (password !== undefined)
      found.isRightPassword = await source.checkPassword(account, password, () => signal.aborted)
    if (account === undefined || !found.isRightPassword) return 'wrong'
    found.right = await secondFactor.checkBegun(account, code)
    if (found.right === undefined) return 'wrong'
    return password === undefined ? 'incomplete' : 'right'
  }
  const account = () => Promise.resolve(user)
  const result = await admission.admit({ address, name: user.username, account, check })
  if (result.kind === 'right' || result.kind === 'incomplete') {
    if (found.right === undefined) throw new RequestFault('CODE_REFUSED')
    return found.right
  }
  const isWrongCode = result.kind === 'wrong' && found.isRightPassword
  recordRefusal(call, isWrongCode ? { ...result, kind: 'wrong code' } : result, act)
  throw new RequestFault(found.isRightPassword ? 'CODE_REFUSED' : 'PASSWORD_REFUSED')
}

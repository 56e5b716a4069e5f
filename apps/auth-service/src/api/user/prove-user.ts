import type { Proof } from '../../limits/admission.js'
import type { UsedCode } from '../../users/second-factor/second-factor.js'
import type { User } from '../../users/users.js'
import type { RequestCall } from './generated/service.js'
import { recordOwn } from './record.js'
import type { Unproven } from './unproven.js'

/** What a caller has sent to prove who it is. */
export interface Evidence {
  /** The account, as the caller names it. */
  readonly name: string
  /** Looks the account up; undefined: there is none. */
  readonly account: () => Promise<User | undefined>
  readonly password: string
  /** Of the second factor: six digits, or a recovery code. */
  readonly code?: string | undefined
}

/** Who it is. */
export interface Proven {
  readonly kind: 'right'
  readonly account: User
  /** How it was proved (RFC 8176): the claim `amr`. */
  readonly amr: readonly string[]
  readonly usedCode: UsedCode
}

/**
 * Checks the password and, where the user has a second factor, its code, under the limits of a login. A wrong code counts like
 * a wrong password.
 *
 * @throws RequestFault TOO_MANY, BUSY; AuthError STORE_UNAVAILABLE, KEYS_UNAVAILABLE
 */
export async function proveUser(
  call: RequestCall<object>,
  { name, account, password, code }: Evidence,
): Promise<Proven | Unproven> {
  const { address, services, signal } = call
  const { admission, source, secondFactor } = services
  const found: Findings = { isRightPassword: false, usedCode: undefined }
  const check = async (user: User | undefined): Promise<Proof> => {
    found.isRightPassword = await source.checkPassword(user, password, () => signal.aborted)
    if (user === undefined || !found.isRightPassword) return 'wrong'
    if (user.disabled || !(await secondFactor.required(user))) return 'right'
    if (code === undefined) return 'incomplete'
    found.usedCode = await secondFactor.check(user, code)
    return found.usedCode === undefined ? 'wrong' : 'right'
  }
  const result = await admission.admit({ address, name, account, check })
  if (result.kind === 'wrong' && found.isRightPassword) return { ...result, kind: 'wrong code' }
  if (result.kind !== 'right') return result
  const { usedCode } = found
  if (usedCode === 'recovery')
    await recordOwn(call, result.account, { kind: 'user.recovery-code-used' })
  return { ...result, kind: 'right', usedCode, amr: methods(usedCode) }
}

/** What a check has found by the time that the login is decided. */
interface Findings {
  isRightPassword: boolean
  usedCode: UsedCode
}

/** A recovery code is a second factor, and no one-time password by RFC 6238. */
function methods(usedCode: UsedCode): readonly string[] {
  if (usedCode === undefined) return ['pwd']
  return usedCode === 'otp' ? ['pwd', 'otp', 'mfa'] : ['pwd', 'mfa']
}

import type { Account, Admission } from '../../../apps/auth-service/src/limits/admission.js'

/** The limits of these tests. */
export const loginLimits = { account: 3, address: 20, service: 60 }
/** So many that no login waits. */
export const slots = 1000

/** An account whose password is right where the test says so. */
export const accountOf = (id: string, disabled = false): Account => ({
  id,
  disabled,
})

type Attempting = [limits: Admission, from: string, account: string | undefined, right?: boolean]

/**
 * One attempt: `locked` when the account is locked, else `tried`; the code when it is not admitted.
 *
 * @example await attempt(limits, '10.0.0.1', 'bob', true)
 */
export async function attempt(
  ...[limits, address, id, right = false]: Attempting
): Promise<string> {
  try {
    const { kind } = await limits.admit({
      address,
      name: id ?? 'nobody',
      account: () => Promise.resolve(id === undefined ? undefined : accountOf(id)),
      check: (account) => Promise.resolve(right && account !== undefined ? 'right' : 'wrong'),
    })
    return kind === 'locked' ? 'locked' : 'tried'
  } catch (error) {
    return (error as { code: string }).code
  }
}

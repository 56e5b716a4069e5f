import { AuthError } from '../foundation/errors.js'
import { isScopeToken } from '../foundation/names.js'
import type { LoginOptions } from './login.js'

/** A refusal that a login may cure: an error of a gate, or the `WWW-Authenticate` field of an API's answer. */
export type LoginChallenge = AuthError | string | null | undefined

/** Longer fields are not read. Characters. */
const longest = 4096

/**
 * The login that a challenge of RFC 9470 section 3 asks for; undefined when it asks for none.
 *
 * @example stepUpOf('Bearer error="insufficient_user_authentication", max_age="300"') // { maxAge: 300 }
 */
export function stepUpOf(challenge: LoginChallenge): LoginOptions | undefined {
  if (challenge instanceof AuthError) {
    const { code, stepUp = {} } = challenge
    return code === 'STEP_UP_REQUIRED' ? { ...stepUp } : undefined
  }
  if (typeof challenge !== 'string' || challenge.length > longest) return undefined
  if (!/error="?insufficient_user_authentication\b/.test(challenge)) return undefined
  const [, age] = /max_age="?(\d{1,9})\b/.exec(challenge) ?? []
  const [, values = ''] = /acr_values="([^"]*)"/.exec(challenge) ?? []
  const acrValues = values.split(' ').filter(isScopeToken)
  return {
    ...(age === undefined ? {} : { maxAge: Number(age) }),
    ...(acrValues.length === 0 ? {} : { acrValues }),
  }
}

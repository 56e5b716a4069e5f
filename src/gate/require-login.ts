import { type Duration } from '../foundation/duration.js'
import { ConfigError, type StepUp } from '../foundation/errors.js'
import { isScopeToken } from '../foundation/names.js'
import { clock, type OptionTable, readOptions, seconds } from '../foundation/options.js'
import { type VerifiedToken } from '../token/token.js'
import { type Guard } from './authorize.js'

/** Options of `requireRecentLogin`. */
export interface RecentLoginOptions {
  /** How far the clocks may differ, at most 300 s. Default 60 s, as in `createVerifier`. */
  readonly clockTolerance?: Duration
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
}

/** Options of `requireRecentLogin`. */
export const recentLoginTable = {
  clockTolerance: seconds({ default: 60, most: 300 }),
  now: clock(),
} satisfies OptionTable<keyof RecentLoginOptions>

/**
 * Requires a login that is not older than `maxAge` (claim `auth_time`, OpenID Connect Core section 2). Anything else is
 * answered with the challenge of RFC 9470: 401, `error="insufficient_user_authentication"` and `max_age`. A token whose
 * `auth_time` is missing, not a number, or ahead by more than `clockTolerance` is refused the same way. A refresh does not
 * change `auth_time`.
 *
 * @throws ConfigError for an age that is not a duration, or an unknown option
 * @example createGate({ verify, authorize: allOf(requireRoles('admin'), requireRecentLogin('5m')) })
 */
export function requireRecentLogin(
  maxAge: Duration,
  options: RecentLoginOptions = {},
): Guard<unknown> {
  const most = seconds().read(maxAge, 'requireRecentLogin')
  const { clockTolerance, now } = readOptions('requireRecentLogin', recentLoginTable, options)
  return loginGuard({ maxAge: most }, ({ payload }) => {
    const loggedIn = Object.hasOwn(payload, 'auth_time') ? payload['auth_time'] : undefined
    if (typeof loggedIn !== 'number') return false
    const age = now() - loggedIn
    return age >= -clockTolerance && age <= most + clockTolerance
  })
}

/**
 * Requires a login of one of these authentication contexts (claim `acr`), the preferred one first. Anything else is answered
 * with the challenge of RFC 9470: 401, `error="insufficient_user_authentication"` and `acr_values`.
 *
 * @throws ConfigError without a value, and for one with a space, a quote or a backslash
 * @example createGate({ verify, authorize: requireAcr('urn:example:phishing-resistant') })
 */
export function requireAcr(...acrValues: readonly string[]): Guard<unknown> {
  if (acrValues.length === 0 || !acrValues.every(isScopeToken)) {
    throw new ConfigError(
      'requireAcr',
      'takes one or more values of acr without spaces, quotes or backslashes',
    )
  }
  const wanted = Object.freeze([...new Set(acrValues)])
  return loginGuard({ acrValues: wanted }, ({ payload }) => {
    const acr = Object.hasOwn(payload, 'acr') ? payload['acr'] : undefined
    return typeof acr === 'string' && wanted.includes(acr)
  })
}

/**
 * Refuses tokens that another party uses in place of their subject: those with the claim `act` (RFC 8693 section 4.1), from an
 * impersonation or a token exchange. The answer is FORBIDDEN (403), because no login of the subject changes it.
 *
 * @example createGate({ verify, authorize: requireNoActor() }) // in front of changing the password
 */
export function requireNoActor(): Guard<unknown> {
  return ({ payload }) => !Object.hasOwn(payload, 'act')
}

function loginGuard(
  wanted: StepUp,
  permits: (token: VerifiedToken<unknown>) => boolean,
): Guard<unknown> {
  const login = Object.freeze(wanted)
  const stepUp = (token: VerifiedToken<unknown>) => (permits(token) ? undefined : login)
  return Object.assign(permits, { stepUp })
}

import type { Claims } from '../token/token.js'
import { issuedAfterClaim } from '../token/issued-after.js'
import { makeSignable } from '../token/json/signable.js'
import { claimsDepth } from '../token/token.js'
import { detailsText, type SessionDetails } from './ports.js'

/** How a user has proved who they are. */
export interface Authentication {
  /** Authentication methods (RFC 8176), such as `['pwd', 'otp']`: the claim `amr`. At most 16. */
  readonly amr?: readonly string[]
  /** The class of the authentication (OpenID Connect Core section 2), which `requireAcr` asks for: the claim `acr`. */
  readonly acr?: string
  /** When, in Unix seconds: the claim `auth_time`, which `requireRecentLogin` asks for. Default: now. */
  readonly time?: number
}

/** Claims that `createSessions` sets; neither facts nor the claims of a subject may have them. */
export const ownClaims = [
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'sid',
  'client_id',
  'scope',
  'auth_time',
  'amr',
  'acr',
  'act',
  issuedAfterClaim,
]

/** Bytes of JSON: with them a token still fits a cookie. */
const longestFacts = 1024

/**
 * Facts as they are kept: data that JSON writes exactly as it is.
 *
 * @throws TypeError naming the claim, never its value
 * @example readFacts({ org: 'org-7' })
 */
export function readFacts(facts: unknown): Claims {
  if (typeof facts !== 'object' || facts === null || Array.isArray(facts))
    throw new TypeError('facts must be one plain object of claims')
  const names = Object.keys(facts)
  const set = names.find((name) => ownClaims.includes(name))
  if (set !== undefined) throw new TypeError(`the fact "${set}" is set by createSessions`)
  if (names.includes('__proto__'))
    throw new TypeError('the fact "__proto__" has a name that no verifier accepts')
  const plain: Record<string, unknown> = { ...facts }
  makeSignable(plain, facts, { maxDepth: claimsDepth, what: 'fact' })
  const text = JSON.stringify(plain)
  const bytes = Buffer.byteLength(text)
  if (bytes > longestFacts)
    throw new TypeError(
      `the facts have ${String(bytes)} bytes of JSON; at most ${String(longestFacts)} fit`,
    )
  return JSON.parse(text) as Claims // made of a plain object
}

const longestText = 255
const mostMethods = 16

/**
 * How and when a user has proved who they are, as it is kept.
 *
 * @throws TypeError
 */
export function readAuthentication(
  { amr, acr, time }: Authentication,
  now: number,
): Pick<SessionDetails, 'amr' | 'acr' | 'authTime'> {
  if (amr !== undefined && !isTexts(amr))
    throw new TypeError('authentication.amr must be an array of 1 to 16 short texts')
  if (acr !== undefined && !isShortText(acr))
    throw new TypeError('authentication.acr must be text of 1 to 255 characters')
  if (time !== undefined && !(Number.isSafeInteger(time) && time >= 0 && time <= now))
    throw new TypeError('authentication.time must be a Unix time in seconds that has passed')
  return {
    authTime: time ?? now,
    ...(amr === undefined ? {} : { amr: [...amr] }),
    ...(acr === undefined ? {} : { acr }),
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= mostMethods &&
    value.every(isShortText)
  )
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longestText
}

/** The claims of every access token of a session with these details. */
export function detailClaims({ facts, authTime, amr, acr }: SessionDetails = {}): Claims {
  return {
    ...facts,
    ...(authTime === undefined ? {} : { auth_time: authTime }),
    ...(amr === undefined ? {} : { amr }),
    ...(acr === undefined ? {} : { acr }),
  }
}

/** Whether two sessions give the same claims. */
export function sameDetails(
  one: SessionDetails | undefined,
  other: SessionDetails | undefined,
): boolean {
  return detailsText(one) === detailsText(other)
}

import type { Logger } from 'pino'
import {
  allOf,
  createCookieMode,
  createVerifier,
  from,
  requireNoActor,
  requireScopes,
  createGate,
  select,
  type Claims,
  type CookieMode,
  type Extractor,
  type Gate,
  type OnEvent,
  type Revocation,
  type Verifier,
} from 'jotgate'
import type { Configuration } from '../configuration/configuration.js'
import { ownOrigins } from '../configuration/origins.js'
import type { Metrics } from '../observing/metrics.js'
import type { Tracing } from '../observing/tracing.js'
import type { Traffic } from '../observing/traffic.js'
import { oauthPaths } from '../oauth/routes.js'
import { openPaths, openPrefixes } from './open-paths.js'
import type { SigningKeys } from '../sessions/signing.js'
import { hasSecondFactor, refuseOldLogin, refuseSingleFactor } from '../sessions/recent-login.js'
import { userClaims } from '../sessions/token-kinds.js'
import { firstParty, firstPartyScope } from '../oauth/first-party.js'
import { confirmed, permissions, permissionsOf, type Permission } from '../users/permissions.js'
import type { SecondFactor } from '../users/second-factor/second-factor.js'
import type { Users } from '../users/users.js'

/** The gates of the service, and their verifiers. */
export interface Gates {
  readonly verify: Verifier
  readonly gate: Gate<Claims>
  /** For the operations of administrators, one for each permission. */
  readonly adminGates: Readonly<Record<Permission, Gate<Claims>>>
  /** For pages of the console that need its session; undefined as `cookies` is. */
  readonly consoleGate: Gate<Claims> | undefined
  /** Cookies of the console; undefined if browsers would accept none from it. */
  readonly cookies: CookieMode | undefined
}

/** Options of {@link openGates}. */
export interface GateParts {
  readonly configuration: Configuration
  readonly signing: SigningKeys
  readonly revocation: Revocation
  readonly users: Users
  readonly secondFactor: Pick<SecondFactor, 'required'>
  readonly traffic: Traffic
  readonly tracing: Tracing
  readonly metrics: Metrics
  readonly log: Logger
}

/** Builds the verifier and the gates. */
export function openGates(parts: GateParts): Gates {
  const { idleTtl: refreshTtl } = parts.configuration
  const origins = ownOrigins(parts.configuration)
  const cookies = origins.length === 0 ? undefined : createCookieMode({ origins, refreshTtl })
  const verify = openVerifier(parts.configuration, parts.signing)
  // In the header, and also in the cookie if the console has an origin.
  const extract = cookies ? from.first(from.bearer(), cookies.extract) : from.bearer()
  return {
    verify,
    cookies,
    gate: openGate(parts, { verify, extract }),
    adminGates: openAdminGates(parts, { verify, extract }),
    consoleGate: cookies && openConsoleGate(parts, { verify, extract: cookies.extract }),
  }
}

interface Reading {
  readonly verify: Verifier
  readonly extract: Extractor
}

function openVerifier(
  { issuer, audience, accessTtl }: Configuration,
  { keys, algorithms }: SigningKeys,
): Verifier {
  return createVerifier({
    keys,
    algorithms,
    issuer,
    audience,
    typ: 'at+jwt',
    // A revocation is kept for one access token life, so no token may be valid for longer.
    maxTokenAge: accessTtl,
    requiredClaims: ['sub', 'client_id', 'iat', 'jti', 'sid'],
    claims: userClaims,
  })
}

/**
 * Guards every route except logins and logouts, public pages, and paths with another gate. At the service users act for
 * themselves.
 */
function openGate(parts: GateParts, reading: Reading): Gate<Claims> {
  const { configuration, revocation } = parts
  const path = [...openPaths, ...oauthPaths(configuration.issuer)]
  return createGate({
    ...reading,
    isRevoked: (token) => revocation.isRevoked(token),
    authorize: requireNoActor(),
    select: select({ except: { path, prefix: openPrefixes } }),
    onEvent: noteRefusal(parts),
  })
}

/** By the cookies alone: an answer with cookies is for the page that has sent some. */
function openConsoleGate(parts: GateParts, reading: Reading): Gate<Claims> {
  const { revocation } = parts
  return createGate({
    ...reading,
    isRevoked: (token) => revocation.isRevokedStrict(token),
    onEvent: noteRefusal(parts),
  })
}

function openAdminGates(parts: GateParts, reading: Reading): Gates['adminGates'] {
  const gates = permissions.map((each) => [each, openAdminGate(parts, reading, each)])
  return Object.fromEntries(gates) as Gates['adminGates'] // one for each permission
}

/**
 * The gate for one permission. It trusts no role in a token: it reads the user and asks the store of revocations for every
 * call. Refused are the token of another client, whatever its scope, one of a narrower scope than a login gives, one that
 * another party uses in place of the user (claim `act`), and one without a second factor where the configuration asks for it.
 */
function openAdminGate(parts: GateParts, reading: Reading, permission: Permission): Gate<Claims> {
  const { configuration, revocation, secondFactor, users } = parts
  return createGate({
    ...reading,
    isRevoked: (token) => revocation.isRevokedStrict(token),
    authorize: async (token) => {
      const { payload } = token
      if (payload['client_id'] !== firstParty || !isWhole(token)) return false
      const user = await users.byId(payload.sub ?? '')
      if (!user || user.disabled || !permissionsOf(user.roles).includes(permission)) return false
      if (configuration.secondFactor === 'admins' && !hasSecondFactor(token)) {
        if (!(await secondFactor.required(user))) return false
        refuseSingleFactor()
      }
      if (confirmed.has(permission)) refuseOldLogin(token)
      return true
    },
    onEvent: noteRefusal(parts),
  })
}

const isWhole = allOf(requireScopes(...firstPartyScope.split(' ')), requireNoActor())

function noteRefusal({ traffic, tracing, metrics, log }: GateParts): OnEvent {
  return (event) => {
    if (event.kind !== 'refused') return
    traffic.refused(event.code)
    metrics.refused(event.code)
    tracing.refused(event.code)
    log.info({ refusal: event.code, route: event.pattern ?? 'none' })
  }
}

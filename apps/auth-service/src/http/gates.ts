import type { Logger } from 'pino'
import {
  createCookieMode,
  createVerifier,
  from,
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
import type { Metrics } from '../observing/metrics.js'
import type { Tracing } from '../observing/tracing.js'
import type { Traffic } from '../observing/traffic.js'
import { oauthPaths } from '../oauth/routes.js'
import { openPaths, openPrefixes } from './open-paths.js'
import type { SigningKeys } from '../sessions/signing.js'
import { userClaims } from '../sessions/token-kinds.js'
import { firstParty } from '../oauth/first-party.js'
import { adminRole } from '../users/names.js'
import type { Users } from '../users/users.js'

/** Who gets in, and where. */
export interface Gates {
  readonly verify: Verifier
  readonly gate: Gate<Claims>
  /** For what administrators may do. */
  readonly adminGate: Gate<Claims>
  /** Sessions of the service's own pages; undefined where browsers would take no cookie from them. */
  readonly cookies: CookieMode | undefined
}

/** What {@link openGates} is made from. */
export interface GateParts {
  readonly configuration: Configuration
  readonly signing: SigningKeys
  readonly revocation: Revocation
  readonly users: Users
  readonly traffic: Traffic
  readonly tracing: Tracing
  readonly metrics: Metrics
  readonly log: Logger
}

/** Builds the verifier and what it stands before. */
export function openGates(parts: GateParts): Gates {
  const { origins, idleTtl: refreshTtl } = parts.configuration
  const cookies = origins.length === 0 ? undefined : createCookieMode({ origins, refreshTtl })
  const verify = openVerifier(parts.configuration, parts.signing)
  // In the header, and in the cookie where there are pages of one's own.
  const extract = cookies ? from.first(from.bearer(), cookies.extract) : from.bearer()
  return {
    verify,
    cookies,
    gate: openGate(parts, { verify, extract }),
    adminGate: openAdminGate(parts, { verify, extract }),
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
    // A revocation is kept for one access token life: no token may be good for longer than that.
    maxTokenAge: accessTtl,
    requiredClaims: ['exp', 'sub', 'client_id', 'iat', 'jti', 'sid'],
    claims: userClaims,
  })
}

/** Everything is guarded but what gives and takes tokens, what anyone may read, and what has a gate of its own. */
function openGate(parts: GateParts, reading: Reading): Gate<Claims> {
  const { configuration, revocation } = parts
  const path = [...openPaths, ...oauthPaths(configuration.issuer)]
  return createGate({
    ...reading,
    isRevoked: (token) => revocation.isRevoked(token),
    select: select({ except: { path, prefix: openPrefixes } }),
    onEvent: noteRefusal(parts),
  })
}

/**
 * The gate of administrators. It believes no role in a token: the user is asked for at every call, and so is the store of
 * revocations. A client's token is nobody's here, whatever its scope.
 */
function openAdminGate(parts: GateParts, reading: Reading): Gate<Claims> {
  const { revocation, users } = parts
  return createGate({
    ...reading,
    isRevoked: (token) => revocation.isRevokedStrict(token),
    authorize: async ({ payload }) => {
      if (payload['client_id'] !== firstParty) return false
      const user = await users.byId(payload.sub ?? '')
      return user !== undefined && !user.disabled && user.roles.includes(adminRole)
    },
    onEvent: noteRefusal(parts),
  })
}

function noteRefusal({ traffic, tracing, metrics, log }: GateParts): OnEvent {
  return (event) => {
    if (event.kind !== 'refused') return
    traffic.refused(event.code)
    metrics.refused(event.code)
    tracing.refused(event.code)
    log.info({ refusal: event.code, route: event.pattern ?? 'none' })
  }
}

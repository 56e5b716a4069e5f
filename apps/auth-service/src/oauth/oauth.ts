import {
  createSigner,
  createVerifier,
  type Sessions,
  type Revocation,
  type Signer,
  type VerifiedToken,
  type Verifier,
} from 'jotgate'
import type { Configuration } from '../configuration/configuration.js'
import type { Events } from '../events/events.js'
import type { ClientLimits } from '../limits/client-limits.js'
import type { SessionRights } from '../sessions/rights.js'
import type { SigningKeys } from '../sessions/signing.js'
import { userOrClientClaims } from '../sessions/token-kinds.js'
import { clientTimes } from './client-times.js'
import type { OAuthClient, OAuthClients } from './clients.js'
import type { SignIn } from './sign-in.js'

/** The parts that the OAuth endpoints use. */
export interface OAuth {
  readonly configuration: Configuration
  readonly clients: OAuthClients
  readonly revocation: Pick<Revocation, 'isRevoked' | 'revoke'>
  readonly limits: ClientLimits
  readonly events: Pick<Events, 'record' | 'later' | 'refusedUnknown'>
  /** The sessions of users at a client, with its times and the rights of its registration. */
  sessionsOf(client: SessionClient): Sessions
  /** Signs an access token for any audience; its claims say all but the issuer and the id. */
  readonly sign: Signer
  /** An access token for the client itself (RFC 9068). */
  signFor(client: OAuthClient, rights: ClientRights): Promise<ClientToken>
  /** Verifies any access token of this service, a user's or a client's, for any audience. */
  readonly verify: (token: string) => Promise<VerifiedToken>
  /** Undefined with a shared secret: no key is published then, and no site could verify an ID token. */
  readonly signIn: SignIn | undefined
}

/** The part of a client's registration that decides about its sessions. */
export type SessionClient = Pick<OAuthClient, 'policy' | keyof SessionRights>

/** The rights of a client's own token. */
export interface ClientRights {
  readonly audience: readonly string[]
  readonly scope: string
}

/** A client's own token; times in Unix seconds and seconds. */
export interface ClientToken {
  readonly token: string
  readonly expiresIn: number
}

/** Options of {@link createOAuth}. */
export interface OAuthParts {
  readonly configuration: Configuration
  readonly signing: SigningKeys
  readonly clients: OAuthClients
  readonly revocation: Pick<Revocation, 'isRevoked' | 'revoke' | 'cutOffsAhead'>
  /** Sessions with a client's times, for tokens with at most its rights. */
  readonly openSessions: (configuration: Configuration, rights: SessionRights) => Sessions
  readonly limits: ClientLimits
  readonly events: Pick<Events, 'record' | 'later' | 'refusedUnknown'>
  readonly signIn: SignIn | undefined
}

/**
 * The OAuth side of the service.
 *
 * A client's own token has no `sid`, because it belongs to no session. The gate of the first-party routes requires one,
 * so no such token opens them; only {@link OAuth.verify} accepts both kinds.
 */
export function createOAuth(parts: OAuthParts): OAuth {
  const { configuration, clients, revocation, limits, events, signIn } = parts
  const sign = createAnySigner(parts)
  return {
    ...{ configuration, clients, revocation, limits, events, sign, signIn },
    sessionsOf: openByPolicy(parts),
    signFor: createClientSigner(configuration, sign),
    verify: createEitherVerifier(parts),
  }
}

/** One object for each policy and rights, so that rights taken from a client are missing in every later token. */
function openByPolicy({ configuration, openSessions }: OAuthParts): OAuth['sessionsOf'] {
  const byPolicy = new Map<string, Sessions>()
  return ({ policy, scopes, audiences, receivesRoles }) => {
    const times = clientTimes(configuration, policy)
    const rights = { scopes, audiences, receivesRoles }
    const key = JSON.stringify([rights, times])
    const sessions = byPolicy.get(key) ?? openSessions({ ...configuration, ...times }, rights)
    byPolicy.set(key, sessions)
    return sessions
  }
}

function createAnySigner({ configuration, signing, revocation }: OAuthParts): Signer {
  const { issuer, accessTtl } = configuration
  const { key } = signing
  return createSigner({
    ...{ key, issuer, audience: null, expiresIn: accessTtl, typ: 'at+jwt' },
    issuedAfter: (claims) => revocation.cutOffsAhead(claims),
    replaceable: ['iat', 'exp'], // a client's policy may shorten the life of its tokens
  })
}

function createClientSigner(configuration: Configuration, sign: Signer): OAuth['signFor'] {
  return async ({ id, policy }, { audience, scope }) => {
    const [first, ...others] = audience
    const iat = Math.floor(Date.now() / 1000)
    const expiresIn = clientTimes(configuration, policy).accessTtl
    const token = await sign({
      ...{ sub: id, client_id: id, iat, exp: iat + expiresIn },
      aud: others.length === 0 && first !== undefined ? first : audience,
      ...(scope === '' ? {} : { scope }),
    })
    return { token, expiresIn }
  }
}

function createEitherVerifier({ configuration, signing }: OAuthParts): Verifier {
  const { issuer, accessTtl } = configuration
  return createVerifier({
    ...{ keys: signing.keys, algorithms: signing.algorithms, issuer, typ: 'at+jwt' },
    // Introspection compares the audience with the client that asks; this verifier opens no route.
    audience: null,
    maxTokenAge: accessTtl,
    requiredClaims: ['aud', 'sub', 'client_id', 'iat', 'jti'],
    claims: userOrClientClaims,
  })
}

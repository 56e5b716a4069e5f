import {
  createSigner,
  createVerifier,
  type Sessions,
  type Revocation,
  type VerifiedToken,
  type Verifier,
} from 'jotgate'
import type { Configuration } from '../configuration/configuration.js'
import type { ClientLimits } from '../limits/address-budget.js'
import type { SigningKeys } from '../sessions/signing.js'
import { userOrClientClaims } from '../sessions/token-kinds.js'
import { clientTimes } from './client-times.js'
import type { OAuthClient, OAuthClients } from './clients.js'

/** What the OAuth endpoints work with. */
export interface OAuth {
  readonly configuration: Configuration
  readonly clients: OAuthClients
  readonly revocation: Pick<Revocation, 'isRevoked' | 'revoke'>
  readonly limits: ClientLimits
  /** The issuer of the sessions that a client has begun. */
  sessionsOf(client: Pick<OAuthClient, 'policy' | 'scopes'>): Sessions
  /** An access token for the client itself (RFC 9068). */
  signFor(client: OAuthClient, rights: ClientRights): Promise<ClientToken>
  /** Verifies any access token of this service, a user's or a client's, for whomever it is. */
  readonly verify: (token: string) => Promise<VerifiedToken>
}

/** What a client's own token permits. */
export interface ClientRights {
  readonly audience: readonly string[]
  readonly scope: string
}

/** A client's own token; times in Unix seconds and seconds. */
export interface ClientToken {
  readonly token: string
  readonly expiresIn: number
}

/** What {@link createOAuth} needs to know. */
export interface OAuthParts {
  readonly configuration: Configuration
  readonly signing: SigningKeys
  readonly clients: OAuthClients
  readonly revocation: Pick<Revocation, 'isRevoked' | 'revoke'>
  /** The issuer under a configuration whose times are a client's, for tokens with no more than its scope. */
  readonly openSessions: (configuration: Configuration, scope: string) => Sessions
  /** Default: nobody is slowed down. */
  readonly limits?: ClientLimits
}

/**
 * The OAuth side of the service.
 *
 * A client's own token has no `sid`, because there is no session behind it. The gate of the first-party routes asks for
 * one, so that no such token opens them; only {@link OAuth.verify} takes both kinds.
 */
export function createOAuth(parts: OAuthParts): OAuth {
  const { configuration, clients, revocation, limits = noLimits } = parts
  return {
    ...{ configuration, clients, revocation, limits },
    sessionsOf: openByPolicy(parts),
    signFor: createClientSigner(parts),
    verify: createEitherVerifier(parts),
  }
}

const noLimits: ClientLimits = { admit: () => undefined, failed: () => undefined }

/** One issuer for each policy and scope there is: what was taken from a client is in no token of its sessions any more. */
function openByPolicy({ configuration, openSessions }: OAuthParts): OAuth['sessionsOf'] {
  const byPolicy = new Map<string, Sessions>()
  return ({ policy, scopes }) => {
    const times = clientTimes(configuration, policy)
    const scope = scopes.join(' ')
    const key = JSON.stringify([scope, ...Object.values(times)])
    const sessions = byPolicy.get(key) ?? openSessions({ ...configuration, ...times }, scope)
    byPolicy.set(key, sessions)
    return sessions
  }
}

function createClientSigner({ configuration, signing }: OAuthParts): OAuth['signFor'] {
  const { issuer, accessTtl } = configuration
  const { key } = signing
  const sign = createSigner({ key, issuer, audience: null, expiresIn: accessTtl, typ: 'at+jwt' })
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
    // Whom it is for is held against who asks: nothing is opened with what this verifies.
    audience: null,
    maxTokenAge: accessTtl,
    requiredClaims: ['exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
    claims: userOrClientClaims,
  })
}

import { RequestFault } from '../../foundation/faults.js'
import {
  ClientFault,
  type ClientKeys as OAuthClientKeys,
  type ClientSignIn,
  type NewSignIn as OAuthSignIn,
  type OAuthClient,
} from '../../oauth/clients.js'
import { type Client, type ClientKeys, type NewSignIn, type SignIn } from './generated/types.js'

/** What administrators see of a client: everything but what its secret is checked with. */
export function toClient(client: OAuthClient): Client {
  const { id, name, kind, grants, scopes, audiences, disabled, createdAt } = client
  const { policy, oldSecretUntil, receivesRoles, origins, signIn, keys } = client
  return {
    ...{ id, name, kind, grants, scopes, audiences, receivesRoles, origins, disabled, createdAt },
    policy: {
      ...(policy.accessTtl === undefined ? {} : { accessTtl: policy.accessTtl }),
      ...(policy.refreshTtl === undefined ? {} : { refreshTtl: policy.refreshTtl }),
      ...(policy.grace === undefined ? {} : { grace: policy.grace }),
      ...(policy.recoverWithin === undefined ? {} : { recoverWithin: policy.recoverWithin }),
    },
    ...(signIn === undefined ? {} : { signIn: showSignIn(signIn) }),
    ...(keys === undefined ? {} : { keys: showKeys(keys) }),
    ...(oldSecretUntil === undefined ? {} : { oldSecretUntil }),
  }
}

function showSignIn(signIn: ClientSignIn): SignIn {
  const { redirectUris, postLogoutRedirectUris, allowedRoles, backchannelLogoutUri } = signIn
  const { applicationType, idTokenAlg, requirePkce, consent, offline } = signIn
  return {
    ...{ redirectUris, postLogoutRedirectUris, applicationType, idTokenAlg, requirePkce },
    ...{ consent, offline, allowedRoles },
    ...(backchannelLogoutUri === undefined ? {} : { backchannelLogoutUri }),
  }
}

function showKeys(keys: OAuthClientKeys): ClientKeys {
  return keys.kind === 'jwks' ? { jwks: keys.jwks } : { jwksUri: keys.jwksUri }
}

/** How a client is to log users in: null without an address. `create` and `change` look at every value. */
export function readSignIn(given: NewSignIn): OAuthSignIn | null {
  const { backchannelLogoutUri, ...others } = given
  if (given.redirectUris.length === 0) return null
  // A form that is left empty sends an empty text.
  const uri = backchannelLogoutUri === '' ? undefined : backchannelLogoutUri
  return { ...others, backchannelLogoutUri: uri } as OAuthSignIn
}

/** Keys of a client: null without any. `create` and `change` look at every value. */
export function readKeys({ jwks, jwksUri }: ClientKeys): OAuthClientKeys | null {
  if (jwks !== undefined && jwksUri !== undefined)
    throw new RequestFault('BODY_INVALID', 'keys: name either jwks or jwksUri')
  if (jwks !== undefined) return { kind: 'jwks', jwks }
  return jwksUri ? { kind: 'jwksUri', jwksUri } : null
}

/** @throws RequestFault CLIENT_UNKNOWN */
export function foundClient<T>(found: T | undefined): T {
  if (found === undefined) throw new RequestFault('CLIENT_UNKNOWN')
  return found
}

/**
 * Does something to clients; a client that cannot be so is the caller's mistake.
 *
 * @throws RequestFault BODY_INVALID naming every field that will not do
 */
export async function orInvalid<T>(doing: () => Promise<T>): Promise<T> {
  try {
    return await doing()
  } catch (error) {
    throw error instanceof ClientFault ? new RequestFault('BODY_INVALID', error.message) : error
  }
}

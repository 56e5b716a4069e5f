import { RequestFault } from '../../foundation/faults.js'
import { ClientFault, type OAuthClient } from '../../oauth/clients.js'
import { type Client } from './generated/types.js'

/** What administrators see of a client: everything but what its secret is checked with. */
export function toClient(client: OAuthClient): Client {
  const { id, name, kind, grants, scopes, audiences, disabled, createdAt } = client
  const { policy, oldSecretUntil, receivesRoles, origins } = client
  return {
    ...{ id, name, kind, grants, scopes, audiences, receivesRoles, origins, disabled, createdAt },
    policy: {
      ...(policy.accessTtl === undefined ? {} : { accessTtl: policy.accessTtl }),
      ...(policy.refreshTtl === undefined ? {} : { refreshTtl: policy.refreshTtl }),
      ...(policy.grace === undefined ? {} : { grace: policy.grace }),
      ...(policy.recoverWithin === undefined ? {} : { recoverWithin: policy.recoverWithin }),
    },
    ...(oldSecretUntil === undefined ? {} : { oldSecretUntil }),
  }
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

import { RequestFault } from '../faults.js'
import { ClientFault, grants, type Grant, type OAuthClient } from '../oauth/clients.js'
import { type Client } from './generated/types.js'

/** What administrators see of a client. */
export function toClient({ policy, grants, scopes, audiences, ...client }: OAuthClient): Client {
  const { id, name, kind, disabled, createdAt } = client
  return {
    ...{ id, name, kind, disabled, createdAt },
    grants: [...grants],
    scopes: [...scopes],
    audiences: [...audiences],
    ...(policy.accessTtl === undefined ? {} : { accessTtl: policy.accessTtl }),
    ...(policy.refreshTtl === undefined ? {} : { refreshTtl: policy.refreshTtl }),
    ...(policy.grace === undefined ? {} : { grace: policy.grace }),
    ...(policy.recoverWithin === undefined ? {} : { recoverWithin: policy.recoverWithin }),
  }
}

/** @throws RequestFault CLIENT_UNKNOWN */
export function foundClient<T>(found: T | undefined): T {
  if (found === undefined) throw new RequestFault('CLIENT_UNKNOWN')
  return found
}

/** @throws RequestFault BODY_INVALID */
export function checkGrants(given: readonly string[]): readonly Grant[] {
  const known = given.map((each) => grants.find((grant) => grant === each))
  if (!known.every((grant) => grant !== undefined))
    throw new RequestFault('BODY_INVALID', `grants: must be of ${grants.join(', ')}`)
  return known
}

/**
 * Does something to clients; a client that can not be so is the caller's mistake.
 *
 * @throws RequestFault BODY_INVALID
 */
export async function orInvalid<T>(doing: () => Promise<T>): Promise<T> {
  try {
    return await doing()
  } catch (error) {
    throw error instanceof ClientFault ? new RequestFault('BODY_INVALID', error.message) : error
  }
}

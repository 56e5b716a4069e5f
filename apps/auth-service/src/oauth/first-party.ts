import { firstPartyId } from '../configuration/first-party-id.js'
import type { OAuthClient } from './clients.js'

/** The client id of first-party sessions. */
export const firstParty = firstPartyId

/** Scope of a first-party session. */
export const firstPartyScope = 'profile:read profile:write'

/**
 * The built-in client of the first-party API, whose tokens are for the service itself.
 *
 * @param origins those of the configuration; default: none, where no page is judged by them
 */
export function firstPartyClient(audience: string, origins: readonly string[] = []): OAuthClient {
  return {
    id: firstParty,
    name: 'the first-party API',
    kind: 'public',
    grants: ['refresh_token'],
    scopes: firstPartyScope.split(' '),
    audiences: [audience],
    receivesRoles: true,
    origins,
    signIn: undefined,
    keys: undefined,
    policy: {},
    disabled: false,
    createdAt: 0,
    oldSecretUntil: undefined,
  }
}

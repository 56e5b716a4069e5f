import type { Revocation } from 'jotgate'
import type { SqlDatabase } from 'jotgate/stores/sqlite'
import type { Configuration } from '../configuration/configuration.js'
import type { ClientRules } from './client-rules.js'
import { firstPartyClient } from './first-party.js'
import type { ClientChange, OAuthClient, OAuthClients } from './clients.js'
import { createSqlClients } from './sql-clients.js'

/** Options of {@link openClients}. */
export interface ClientRooms {
  readonly configuration: ClientRules &
    Pick<Configuration, 'audience' | 'origins' | 'issuer' | 'signing'>
  readonly database: SqlDatabase
  /** The same database, with the deadline of a start. */
  readonly starting: SqlDatabase
  readonly revocation: Pick<Revocation, 'revoke'>
}

/**
 * The registered clients, and the built-in first-party client: a login at `/user/login` starts one of its sessions,
 * which any OAuth client library can refresh under its id. Disabling a client stops new tokens, and revokes the ones it
 * has.
 *
 * @throws ConfigError, AuthError STORE_UNAVAILABLE
 * @example const clients = await openClients({ configuration, database, starting, revocation })
 */
export async function openClients(rooms: ClientRooms): Promise<OAuthClients> {
  const { configuration, database, starting, revocation } = rooms
  const clients = await createSqlClients(database, configuration, { starting })
  const own = firstPartyClient(configuration.audience, configuration.origins)
  return {
    ...clients,
    authenticate: async (credentials) => {
      const { id, secret, assertion } = credentials
      const isOwn = id === own.id && secret === undefined && assertion === undefined
      return isOwn ? own : clients.authenticate(credentials)
    },
    change: async (id, change) => {
      const before = await clients.byId(id)
      const narrows = takesAway(before, change)
      // Before the change, so that a failing store leaves everything unchanged; after it, for tokens signed meanwhile.
      if (narrows) await refuseOwn(revocation, id)
      const client = await clients.change(id, change)
      if (client === undefined) return undefined
      if (narrows) await refuseOwn(revocation, id)
      const mayHaveSessions = [before, client].some((each) => each && hasSessions(each))
      if (change.disabled) await refuseTokens(revocation, { id, mayHaveSessions })
      return client
    },
    remove: async (id) => {
      // Disabled first: it gets no tokens, whatever fails afterwards.
      const client = await clients.change(id, { disabled: true })
      // Its id is never used again, so sessions of an earlier grant are refused too.
      if (client !== undefined) await refuseTokens(revocation, { id, mayHaveSessions: true })
      return clients.remove(id)
    },
  }
}

function hasSessions({ grants }: OAuthClient): boolean {
  return grants.includes('refresh_token') || grants.includes('authorization_code')
}

/** True when a change removes rights that earlier tokens of the client may state. */
function takesAway(before: OAuthClient | undefined, change: ClientChange): boolean {
  const rights = ['grants', 'scopes', 'audiences'] as const
  return rights.some((right) => {
    const left: readonly string[] | undefined = change[right]
    return left !== undefined && before?.[right].some((each) => !left.includes(each))
  })
}

/**
 * Revokes a client's own tokens, and then those of users' sessions at it. The latter are revoked by client, not by age:
 * if the client is enabled again, its tokens are valid one access token lifetime after it was disabled.
 */
async function refuseTokens(
  revocation: Pick<Revocation, 'revoke'>,
  { id, mayHaveSessions }: { readonly id: string; readonly mayHaveSessions: boolean },
): Promise<void> {
  await refuseOwn(revocation, id)
  if (mayHaveSessions) await revocation.revoke({ client: id, urgent: true })
}

/** Revokes the client's own tokens that exist now; later ones are valid. */
async function refuseOwn(revocation: Pick<Revocation, 'revoke'>, id: string): Promise<void> {
  const before = Math.floor(Date.now() / 1000)
  await revocation.revoke({ subject: id, before, urgent: true })
}

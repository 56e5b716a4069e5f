import type { Revocation } from 'jotgate'
import type { SqlDatabase } from 'jotgate/stores/sqlite'
import type { SessionTimes } from '../configuration/configuration.js'
import type { OAuthClient, OAuthClients } from './clients.js'
import { createSqlClients } from './sql-clients.js'

/** What {@link openClients} needs to know. */
export interface ClientRooms {
  readonly configuration: SessionTimes
  readonly database: SqlDatabase
  readonly revocation: Pick<Revocation, 'revoke'>
}

/**
 * The registered clients. Who is disabled gets no tokens any more, and those it has are refused from then on.
 *
 * @example const clients = await openClients({ configuration, database, revocation })
 */
export async function openClients(rooms: ClientRooms): Promise<OAuthClients> {
  const { configuration, database, revocation } = rooms
  const clients = await createSqlClients(database, configuration)
  return {
    ...clients,
    setDisabled: async (id, disabled) => {
      const client = await clients.setDisabled(id, disabled)
      if (client !== undefined && disabled) await refuseTokens(revocation, client)
      return client
    },
  }
}

/**
 * First its own tokens, then those of users' sessions that it has begun. The second can not be told by their age:
 * a client with sessions that is enabled again has good tokens one access token life after it was disabled.
 */
async function refuseTokens(
  revocation: Pick<Revocation, 'revoke'>,
  { id, grants }: OAuthClient,
): Promise<void> {
  await revocation.revoke({ subject: id, before: Math.floor(Date.now() / 1000) })
  if (grants.includes('refresh_token')) await revocation.revoke({ client: id })
}

import type { Revocation } from 'jotgate'
import type { SqlDatabase } from 'jotgate/stores/sqlite'
import type { Configuration, SessionTimes } from '../configuration/configuration.js'
import { firstParty, firstPartyScope } from '../user-api/first-party.js'
import type { OAuthClient, OAuthClients } from './clients.js'
import { createSqlClients } from './sql-clients.js'

/** What {@link openClients} needs to know. */
export interface ClientRooms {
  readonly configuration: SessionTimes & Pick<Configuration, 'audience'>
  readonly database: SqlDatabase
  readonly revocation: Pick<Revocation, 'revoke'>
}

/**
 * The registered clients, and the service's own, which nobody has to register: whoever logs in at `/user/login` has a
 * session of it, which any OAuth client library can refresh under its id. Who is disabled gets no tokens any more, and those it has are refused from then on.
 *
 * @example const clients = await openClients({ configuration, database, revocation })
 */
export async function openClients(rooms: ClientRooms): Promise<OAuthClients> {
  const { configuration, database, revocation } = rooms
  const clients = await createSqlClients(database, configuration)
  const own = ownClient(configuration.audience)
  return {
    ...clients,
    authenticate: async (credentials) =>
      credentials.id === own.id && credentials.secret === undefined
        ? own
        : clients.authenticate(credentials),
    setDisabled: async (id, disabled) => {
      const client = await clients.setDisabled(id, disabled)
      if (client !== undefined && disabled) await refuseTokens(revocation, client)
      return client
    },
  }
}

function ownClient(audience: string): OAuthClient {
  return {
    id: firstParty,
    name: 'the first-party API',
    kind: 'public',
    grants: ['refresh_token'],
    scopes: firstPartyScope.split(' '),
    audiences: [audience],
    policy: {},
    disabled: false,
    createdAt: 0,
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

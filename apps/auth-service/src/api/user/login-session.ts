import type { Sessions, IssueRequest } from 'jotgate'
import { RequestFault } from '../../foundation/faults.js'
import { firstParty, firstPartyScope } from '../../oauth/first-party.js'
import { type RequestCall } from './generated/server.js'
import { type LoginReq } from './generated/types.js'

/** The client and rights of the session that a login begins, and the sessions with that client's times. */
export interface LoginSession extends Required<
  Pick<IssueRequest, 'client' | 'scope' | 'audience'>
> {
  readonly sessions: Sessions
}

/**
 * The session that a login asks for: a first-party one, or one of a registered app, with the app's scope and times. The id of
 * an app is public; only the client itself can refresh the session.
 *
 * @throws RequestFault BODY_INVALID for a client that may have no sessions
 */
export async function sessionOf({
  request,
  services,
}: RequestCall<LoginReq>): Promise<LoginSession> {
  const { clientId = firstParty } = request
  const { clients, configuration, sessions, oauth } = services
  if (clientId === firstParty)
    return {
      ...{ sessions, client: firstParty, scope: firstPartyScope },
      audience: [configuration.audience],
    }
  const client = await clients.byId(clientId)
  if (!client || client.disabled || !client.grants.includes('refresh_token'))
    throw new RequestFault('BODY_INVALID', 'clientId: must be a client that may have sessions')
  return {
    ...{ sessions: oauth.sessionsOf(client), client: client.id, scope: client.scopes.join(' ') },
    audience: client.audiences.slice(0, 1),
  }
}

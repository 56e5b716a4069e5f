import type { Sessions, IssueRequest } from 'jotgate'
import { RequestFault } from '../../foundation/faults.js'
import { firstParty, firstPartyScope } from '../../oauth/first-party.js'
import { type RequestCall } from './generated/server.js'
import { type LoginReq } from './generated/types.js'

/** Whose a session is that a login begins, and by which times it goes. */
export interface LoginSession extends Required<
  Pick<IssueRequest, 'client' | 'scope' | 'audience'>
> {
  readonly sessions: Sessions
}

/**
 * The session that a login asks for: a first-party one, or one of a registered app, with the app's scope and times. What
 * an app is may be known by anybody; only the client itself can refresh the session.
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

import type { Logger } from 'pino'
import type { Events } from '../../events/events.js'
import type { OAuthClients } from '../../oauth/clients.js'
import type { Users } from '../../users/users.js'

/** The parts of the service that the API of OAuth clients uses. */
export interface Services {
  readonly events: Pick<Events, 'record'>
  readonly log: Pick<Logger, 'info'>
  /** For the administrator who calls. */
  readonly users: Pick<Users, 'byId'>
  readonly clients: Omit<OAuthClients, 'authenticate'>
}

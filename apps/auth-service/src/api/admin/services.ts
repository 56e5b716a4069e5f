import type { Logger } from 'pino'
import type { KeyRing, Revocation, Sessions, Verifier } from 'jotgate'
import type { Events } from '../../events/events.js'
import type { Processes } from '../../observing/processes.js'
import type { WatchedRevocations } from '../../observing/recent-revocations.js'
import type { CountSessions } from '../../sessions/count-sessions.js'
import type { Users } from '../../users/users.js'

/** The parts of the service that the API of administrators uses. */
export interface Services {
  readonly events: Pick<Events, 'record'>
  readonly log: Pick<Logger, 'info'>
  readonly users: Pick<Users, 'byId' | 'list'>
  readonly sessions: Pick<Sessions, 'list' | 'end' | 'endAll'>
  /** The subject of a session, live or ended; undefined: there is no such session. @throws AuthError STORE_UNAVAILABLE */
  readonly subjectOf: (sid: string) => Promise<string | undefined>
  readonly countSessions: CountSessions
  readonly verify: Verifier
  readonly revocation: Pick<Revocation, 'isRevoked' | 'revoke' | 'status'>
  readonly recentRevocations: WatchedRevocations['recent']
  /** Undefined where tokens are signed with a shared secret. */
  readonly ring: KeyRing | undefined
  readonly processes: Pick<Processes, 'list'>
}

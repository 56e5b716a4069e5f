import type { Logger } from 'pino'
import type { KeyRing, Revocation, Sessions, Verifier } from 'jotgate'
import type { Audit } from '../../audit/audit.js'
import type { Events } from '../../events/events.js'
import type { Configuration } from '../../configuration/configuration.js'
import type { Lockouts } from '../../limits/lockouts.js'
import type { Processes } from '../../observing/processes.js'
import type { WatchedRevocations } from '../../observing/recent-revocations.js'
import type { PasswordRules } from '../../users/password-rules.js'
import type { Passwords } from '../../users/passwords.js'
import type { CountSessions } from '../../sessions/count-sessions.js'
import type { SecondFactor } from '../../users/second-factor/second-factor.js'
import type { Users } from '../../users/users.js'

/** The parts of the service that the API of administrators uses. */
export interface Services {
  readonly events: Pick<Events, 'record'>
  readonly log: Pick<Logger, 'info'>
  readonly configuration: Pick<Configuration, 'userAttributes'>
  readonly users: Omit<Users, 'anyWith' | 'noteLogin'>
  readonly secondFactor: Pick<SecondFactor, 'remove'>
  readonly passwords: Pick<Passwords, 'hash'>
  readonly passwordRules: PasswordRules
  readonly sessions: Pick<Sessions, 'list' | 'end' | 'endOthers' | 'endAll'>
  /** The subject of a session, live or ended; undefined: there is no such session. @throws AuthError STORE_UNAVAILABLE */
  readonly subjectOf: (sid: string) => Promise<string | undefined>
  readonly lockouts: Omit<Lockouts, 'record'>
  readonly countSessions: CountSessions
  readonly verify: Verifier
  readonly revocation: Pick<Revocation, 'isRevoked' | 'revoke' | 'status'>
  readonly recentRevocations: WatchedRevocations['recent']
  /** Undefined where tokens are signed with a shared secret. */
  readonly ring: KeyRing | undefined
  readonly processes: Pick<Processes, 'list'>
  readonly audit: Pick<Audit, 'erase' | 'noteErasure'>
}

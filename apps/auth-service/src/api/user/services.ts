import type { Logger } from 'pino'
import type { Sessions, Verifier } from 'jotgate'
import type { Events } from '../../events/events.js'
import type { Configuration } from '../../configuration/configuration.js'
import type { Admission } from '../../limits/admission.js'
import type { OAuth } from '../../oauth/oauth.js'
import type { PasswordRules } from '../../users/password-rules.js'
import type { Passwords } from '../../users/passwords.js'
import type { SecondFactor } from '../../users/second-factor/second-factor.js'
import type { UserSource } from '../../users/source/user-source.js'
import type { Users } from '../../users/users.js'

/** The parts of the service that the first-party API uses. */
export interface Services {
  readonly configuration: Pick<Configuration, 'audience' | 'secondFactor' | 'users'>
  readonly events: Pick<Events, 'record' | 'later' | 'refusedUnknown'>
  readonly log: Pick<Logger, 'warn'>
  readonly users: Pick<Users, 'byId' | 'byUsername' | 'changeProfile' | 'replaceHash' | 'noteLogin'>
  /** Where users come from, and their passwords are compared. */
  readonly source: Pick<UserSource, 'checkPassword'>
  readonly secondFactor: SecondFactor
  readonly passwords: Pick<Passwords, 'hash' | 'isOutdated'>
  readonly passwordRules: PasswordRules
  readonly admission: Pick<Admission, 'admit'>
  readonly sessions: Sessions
  readonly verify: Verifier
  /** For logins at a registered client. */
  readonly oauth: Pick<OAuth, 'sessionsOf' | 'clients' | 'limits' | 'events'>
}

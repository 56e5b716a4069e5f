import type { Logger } from 'pino'
import type { Sessions, Verifier } from 'jotgate'
import type { Events } from '../../events/events.js'
import type { Configuration } from '../../configuration/configuration.js'
import type { Admission } from '../../limits/admission.js'
import type { OAuth } from '../../oauth/oauth.js'
import type { PasswordRules } from '../../users/password-rules.js'
import type { Passwords } from '../../users/passwords.js'
import type { Users } from '../../users/users.js'

/** The parts of the service that the first-party API uses. */
export interface Services {
  readonly configuration: Pick<Configuration, 'audience'>
  readonly events: Pick<Events, 'record' | 'refusedUnknown'>
  readonly log: Pick<Logger, 'warn'>
  readonly users: Pick<Users, 'byId' | 'byUsername' | 'changeProfile' | 'replaceHash' | 'noteLogin'>
  readonly passwords: Pick<Passwords, 'check' | 'hash' | 'isOutdated'>
  readonly passwordRules: PasswordRules
  readonly admission: Pick<Admission, 'admit'>
  readonly sessions: Sessions
  readonly verify: Verifier
  /** For logins at a registered client. */
  readonly oauth: Pick<OAuth, 'sessionsOf' | 'clients' | 'limits' | 'events'>
}

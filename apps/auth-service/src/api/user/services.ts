import type { Logger } from 'pino'
import type { Sessions, TokenResponse, Verifier } from 'jotgate'
import type { Configuration } from '../../configuration/configuration.js'
import type { Admission } from '../../limits/admission.js'
import type { OAuth } from '../../oauth/oauth.js'
import type { PasswordRules } from '../../users/password-rules.js'
import type { Passwords } from '../../users/passwords.js'
import type { Users } from '../../users/users.js'

/** A session whose user has given the password again; `amr` says how (RFC 8176). */
export interface Confirmation {
  readonly sid: string
  readonly subject: string
  readonly amr: readonly string[]
  readonly userAgent: string
}

/** The parts of the service that the first-party API uses. */
export interface Services {
  readonly configuration: Pick<Configuration, 'audience'>
  readonly log: Pick<Logger, 'warn'>
  readonly users: Pick<Users, 'byId' | 'byUsername' | 'changeProfile' | 'replaceHash'>
  readonly passwords: Pick<Passwords, 'check' | 'hash' | 'isOutdated'>
  readonly passwordRules: PasswordRules
  readonly admission: Pick<Admission, 'admit'>
  readonly sessions: Sessions
  /** Gives a session tokens of a login that has just been made. */
  readonly stepUp: (confirmed: Confirmation) => Promise<TokenResponse>
  readonly verify: Verifier
  /** For logins at a registered client. */
  readonly oauth: Pick<OAuth, 'sessionsOf' | 'clients' | 'limits'>
}

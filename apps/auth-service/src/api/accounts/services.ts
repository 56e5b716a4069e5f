import type { Logger } from 'pino'
import type { Revocation, Sessions } from 'jotgate'
import type { Audit } from '../../audit/audit.js'
import type { Configuration } from '../../configuration/configuration.js'
import type { Events } from '../../events/events.js'
import type { Lockouts } from '../../limits/lockouts.js'
import type { PasswordRules } from '../../users/password-rules.js'
import type { Passwords } from '../../users/passwords.js'
import type { SecondFactor } from '../../users/second-factor/second-factor.js'
import type { Users } from '../../users/users.js'

/** The parts of the service that the API of accounts uses. */
export interface Services {
  readonly events: Pick<Events, 'record'>
  readonly log: Pick<Logger, 'info'>
  readonly configuration: Pick<Configuration, 'userAttributes'>
  readonly users: Omit<Users, 'anyWith' | 'noteLogin'>
  readonly secondFactor: Pick<SecondFactor, 'remove'>
  readonly passwords: Pick<Passwords, 'hash'>
  readonly passwordRules: PasswordRules
  readonly sessions: Pick<Sessions, 'endOthers' | 'endAll'>
  readonly lockouts: Omit<Lockouts, 'record'>
  readonly revocation: Pick<Revocation, 'revoke'>
  readonly audit: Pick<Audit, 'erase' | 'erasureNote'>
}

import type { Logger } from 'pino'
import { adminRole } from '../users/names.js'
import type { Users } from '../users/users.js'

/**
 * Logs how to add the first administrator while there is none, because HTTP offers no way. Never rejects: the service works
 * without administrators.
 *
 * @example await askForAdministrator(service)
 */
export async function askForAdministrator({
  users,
  log,
}: {
  readonly users: Pick<Users, 'anyWith'>
  readonly log: Logger
}): Promise<void> {
  try {
    if (await users.anyWith(adminRole)) return
    log.warn(
      `nobody administers this service yet: \`npm start -- user add NAME ${adminRole}\` adds who does, with the password on standard input`,
    )
  } catch (error) {
    log.warn({ err: error }, 'whether anybody administers this service can not be told')
  }
}

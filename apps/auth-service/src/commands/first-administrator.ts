import type { Logger } from 'pino'
import { adminRole } from '../users/names.js'
import type { Users } from '../users/users.js'

/**
 * Logs how to add the first administrator while there is none, because HTTP offers no way to do it. Never rejects: the
 * service works without administrators.
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
      `this service has no administrator yet: add one with \`npm start -- user add NAME ${adminRole}\`, with the password on standard input`,
    )
  } catch (error) {
    log.warn({ err: error }, 'could not check whether this service has an administrator')
  }
}

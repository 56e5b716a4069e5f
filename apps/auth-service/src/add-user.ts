import { readConfiguration } from './configuration/read-configuration.js'
import { openDataDirectory } from './data-directory.js'
import type { Environment } from './environment.js'
import { createLog } from './log.js'
import { roleFault, usernameFault } from './names.js'
import { createPasswordRules } from './password-rules.js'
import { createPasswords } from './passwords.js'
import { openStorage } from './storage.js'
import { createSqlUsers } from './sql-users.js'
import { newUser } from './users.js'
import { SetupFault } from './setup-fault.js'

/**
 * Adds a user to the database; the password comes on standard input, where no process list shows it.
 *
 * @throws Error when the name or the password can not be taken
 */
export async function addUser(request: {
  readonly environment: Environment
  readonly username: string
  readonly roles: readonly string[]
}): Promise<void> {
  const { environment, username, roles } = request
  const nameless = usernameFault(username)
  if (nameless !== undefined) throw new SetupFault(`a username ${nameless}`)
  const roleless = roles.map(roleFault).find((each) => each !== undefined)
  if (roleless !== undefined) throw new SetupFault(`a role ${roleless}`)
  const configuration = readConfiguration(environment)
  const password = await readPassword()
  const fault = await createPasswordRules(configuration)(password, [username])
  if (fault !== undefined) throw new SetupFault(`a password ${fault}`)
  const storage = await openStorage({
    configuration,
    data: openDataDirectory(environment.dataDir),
    log: createLog(environment.logLevel).log,
  })
  try {
    const users = await createSqlUsers(storage.database)
    const passwords = await createPasswords()
    const passwordHash = await passwords.hash(password)
    await users.create(newUser({ username, passwordHash, roles }))
  } finally {
    await storage.close()
  }
  process.stdout.write(`added ${username}\n`)
}

async function readPassword(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}

import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Configuration } from '../configuration/configuration.js'
import type { Environment } from '../configuration/environment.js'
import { readConfiguration } from '../configuration/read-configuration.js'
import { counted } from '../foundation/counted.js'
import { SetupFault } from '../foundation/setup-fault.js'
import { copyDatabase, inMegabytes } from '../storage/backup/copying.js'
import type { DatabaseSummary } from '../storage/backup/database-summary.js'
import { createDraft } from '../storage/backup/draft.js'
import { openDataDirectory, type DataDirectory } from '../storage/data-directory.js'
import { describeKeys } from './kept-apart.js'

/** The usage of {@link runBackupCommand}. */
export const backupUsage = `       jotgate-service backup FILE            copies the database in the data folder to a new file, also while
                                             the service runs`

/**
 * `jotgate-service backup FILE`: a copy of the SQLite database as it is at one moment, checked from end to end, in a
 * new file that only its owner can read. Returns its output; undefined for unknown arguments.
 *
 * @throws SetupFault over PostgreSQL, whose own tools make backups; when the file exists, or the copy fails
 */
export async function runBackupCommand(
  environment: Environment,
  args: readonly string[],
): Promise<string | undefined> {
  const [name = '', ...more] = args
  if (name === '' || name.startsWith('-') || more.length > 0) return undefined
  const configuration = readConfiguration(environment)
  if (configuration.database !== undefined) throw new SetupFault(byPgDump)
  const data = openDataDirectory(environment.dataDir)
  if (!existsSync(data.database)) throw new SetupFault(`there is no database at ${data.database}`)
  const place = resolve(name)
  const summary = await backUp(data.database, place)
  return describe({ configuration, data, place, summary })
}

async function backUp(from: string, place: string): Promise<DatabaseSummary> {
  const draft = createDraft(place)
  try {
    const summary = await copyDatabase({
      from,
      to: draft.path,
      onProgress: (line) => process.stderr.write(`backup: ${line}\n`),
    })
    draft.publish()
    return summary
  } catch (error) {
    throw error instanceof SetupFault ? new SetupFault(`backup: ${error.message}`) : error
  } finally {
    draft.remove()
  }
}

interface BackedUp {
  readonly configuration: Configuration
  readonly data: DataDirectory
  readonly place: string
  readonly summary: DatabaseSummary
}

function describe({ configuration, data, place, summary }: BackedUp): string {
  const { users, clients, sessions } = summary
  return `${place}: ${inMegabytes(statSync(place).size)}, checked: ${counted(users, 'user')}, ${counted(clients, 'OAuth client')}, ${counted(sessions, 'session')}
Not in it, and to be kept apart from it: ${describeKeys(configuration, data)}
Without them the signing keys in the backup cannot be opened, and every refresh token is refused.
`
}

const byPgDump = `backup: this service keeps its data in PostgreSQL, whose own tools make the backup, while the service runs:
  pg_dump --format=custom --no-owner --no-privileges --exclude-table-data=service_processes --file=FILE --dbname="$DATABASE_URL"
The pg_dump must not be older than the server. The keys are not in the dump: keep the files in keys/ of the data folder,
or encryptionKey and refreshSecret of the configuration, apart from it. docs/backup.md has the restore.`

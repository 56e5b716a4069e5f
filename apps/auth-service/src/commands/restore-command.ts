import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Logger } from 'pino'
import type { Configuration } from '../configuration/configuration.js'
import type { Environment } from '../configuration/environment.js'
import { readConfiguration } from '../configuration/read-configuration.js'
import { createLog } from '../foundation/log.js'
import { SetupFault } from '../foundation/setup-fault.js'
import type { CopyJob } from '../storage/backup/copy-thread.js'
import { copyDatabase } from '../storage/backup/copying.js'
import { createDraft, sqliteEnds } from '../storage/backup/draft.js'
import { openDataDirectory, type DataDirectory } from '../storage/data-directory.js'
import { describeRestored } from './describe-restored.js'
import { finishRestore, type Restored } from './finish-restore.js'
import { refuseWhileListening, refuseWhileRunning } from './running-services.js'

/** The usage of {@link runRestoreCommand} and {@link runAfterRestoreCommand}. */
export const restoreUsage = `       jotgate-service restore FILE [--keep-sessions]
                                             puts a backup in the data folder, which has no database, and ends all
                                             sessions in it; the service must not run
       jotgate-service after-restore [--keep-sessions]
                                             does the same with the sessions of a database that pg_restore, or a copy
                                             by hand, has put back`

interface Parts {
  readonly configuration: Configuration
  readonly data: DataDirectory
  readonly log: Logger
  readonly keepSessions: boolean
}

/**
 * `jotgate-service restore FILE`: checks the backup, ends its sessions, and then puts it in place in one step; a restore
 * that fails has changed nothing in the data folder. Returns its output; undefined for unknown arguments.
 *
 * @throws SetupFault when the service runs, when there is a database already, for a file that is no backup or is
 * damaged, for missing keys, and over PostgreSQL
 */
export async function runRestoreCommand(
  environment: Environment,
  args: readonly string[],
): Promise<string | undefined> {
  const { names, keepSessions } = parse('restore', args)
  const [name] = names
  if (name === undefined || names.length > 1) return undefined
  const parts = open(environment, keepSessions)
  if (parts.configuration.database !== undefined) throw new SetupFault(byPgRestore)
  const backup = resolve(name)
  await refuseWhileListening(parts.configuration)
  checkPlaces(backup, parts.data.database)
  return describeRestored(await restore(backup, parts), parts.configuration)
}

/**
 * `jotgate-service after-restore`: the second half of a restore that another program has made. May be repeated. Returns
 * its output; undefined for unknown arguments.
 *
 * @throws SetupFault when the service runs, and for missing keys
 */
export async function runAfterRestoreCommand(
  environment: Environment,
  args: readonly string[],
): Promise<string | undefined> {
  const { names, keepSessions } = parse('after-restore', args)
  if (names.length > 0) return undefined
  const parts = open(environment, keepSessions)
  if (parts.configuration.database === undefined && !existsSync(parts.data.database))
    throw new SetupFault(`there is no database at ${parts.data.database}`)
  const restored = await finishRestore({ ...parts, before: refuseWhileRunning })
  return describeRestored(restored, parts.configuration)
}

function parse(command: string, args: readonly string[]) {
  try {
    const options = { 'keep-sessions': { type: 'boolean' } } as const
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { names: positionals, keepSessions: values['keep-sessions'] === true }
  } catch {
    // Its message would repeat the input; the usage lists the options.
    throw new SetupFault(`${command}: there is no such option`)
  }
}

function open(environment: Environment, keepSessions: boolean): Parts {
  const { log } = createLog(environment.logLevel)
  // That the key ring was read is no news here.
  if (log.level === 'info') log.level = 'warn'
  return {
    configuration: readConfiguration(environment),
    data: openDataDirectory(environment.dataDir),
    log,
    keepSessions,
  }
}

function checkPlaces(backup: string, place: string): void {
  if (!existsSync(backup) || !statSync(backup).isFile())
    throw new SetupFault(`restore: there is no file ${backup}`)
  const beside = sqliteEnds.map((end) => backup + end).find((path) => existsSync(path))
  if (beside !== undefined)
    throw new SetupFault(
      `restore: ${beside} is beside the file, so it is no backup but a database in use: ` +
        'let `jotgate-service backup` make a copy of it',
    )
  const inTheWay = ['', ...sqliteEnds].map((end) => place + end).filter((path) => existsSync(path))
  if (inTheWay.length > 0)
    throw new SetupFault(
      `restore: there is a database already, and it is not overwritten: move ${inTheWay.join(', ')} away`,
    )
}

async function restore(backup: string, parts: Parts): Promise<Restored> {
  const { data } = parts
  const [draft, whole] = [createDraft(data.database), createDraft(data.database)]
  try {
    await draft.fill(backup)
    await check({ from: undefined, to: draft.path })
    // Before it is in place: whatever fails, no service can start over a database whose sessions have not ended.
    const restored = await finishRestore({ ...parts, data: { ...data, database: draft.path } })
    await check({ from: draft.path, to: whole.path })
    whole.publish()
    return restored
  } finally {
    for (const each of [draft, whole]) each.remove()
  }
}

async function check(job: CopyJob): Promise<void> {
  const onProgress = (line: string) => process.stderr.write(`restore: ${line}\n`)
  try {
    await copyDatabase({ ...job, onProgress })
  } catch (error) {
    throw error instanceof SetupFault
      ? new SetupFault(`restore: the file is no backup, or damaged: ${error.message}`)
      : error
  }
}

const byPgRestore = `restore: this service keeps its data in PostgreSQL, whose own tools restore it. Stop every process, then:
  pg_restore --no-owner --no-privileges --exit-on-error --single-transaction --dbname="$DATABASE_URL" FILE
  jotgate-service after-restore
The database must be empty before. docs/backup.md has it line by line.`

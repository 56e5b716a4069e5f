import { parseArgs } from 'node:util'
import type { Environment } from '../configuration/environment.js'
import { readConfiguration } from '../configuration/read-configuration.js'
import { createLog } from '../foundation/log.js'
import { SetupFault } from '../foundation/setup-fault.js'
import {
  outboxAdministration,
  type FailedMessage,
  type FailedQuery,
  type OutboxAdministration,
} from '../outbox/administration.js'
import { databaseClock, databaseKind } from '../outbox/database-clock.js'
import { usualLimits } from '../outbox/outbox.js'
import { migrateOutbox } from '../outbox/outbox-schema.js'
import { openDataDirectory } from '../storage/data-directory.js'
import { openStorage } from '../storage/storage.js'

/** The usage of {@link runOutboxCommand}. */
export const outboxUsage = `       jotgate-service outbox list [--target T] [--json]
                                             how many webhooks wait for each receiver, and those that were given up
       jotgate-service outbox retry ID…|--all [--target T]
                                             has those that were given up sent again, for another day
       jotgate-service outbox drop ID…|--all [--target T]`

const options = {
  target: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

interface Errand {
  readonly outbox: OutboxAdministration
  readonly query: FailedQuery
  readonly json: boolean
}

/**
 * `jotgate-service outbox …`, beside a running service or without it. Returns its output; undefined for an unknown
 * command.
 *
 * @throws SetupFault when the command fails
 */
export async function runOutboxCommand(
  environment: Environment,
  args: readonly string[],
): Promise<string | undefined> {
  const { positionals, values } = parse(args)
  const [verb = '', ...ids] = positionals
  const { target, all = false, json = false } = values
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  const namesSome = ids.length > 0 || all
  if (command === undefined || namesSome !== (verb !== 'list')) return undefined
  if (ids.length > 0 && all) return undefined
  const { outbox, close } = await open(environment)
  try {
    const query = { target, ids: ids.length === 0 ? undefined : ids }
    return await command({ outbox, query, json })
  } finally {
    await close()
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch {
    // Its message would repeat the input; the usage lists the options.
    throw new SetupFault('outbox: there is no such option')
  }
}

async function open(environment: Environment) {
  const configuration = readConfiguration(environment)
  const { log } = createLog(environment.logLevel)
  const data = openDataDirectory(environment.dataDir)
  const storage = await openStorage({ configuration, data, log })
  const { patientDatabase } = storage
  await migrateOutbox(patientDatabase)
  storage.started('command')
  const clock = databaseClock(databaseKind(configuration))
  return {
    outbox: outboxAdministration(patientDatabase, clock),
    close: () => storage.close(),
  }
}

const commands: Readonly<Record<string, (errand: Errand) => Promise<string>>> = {
  list: async ({ outbox, query: { target }, json }) => {
    const all = await outbox.count()
    const targets = all.filter((each) => target === undefined || each.target === target)
    const failed = await outbox.listFailed({ target })
    if (json) return `${JSON.stringify({ targets, failed })}\n`
    const lines = targets.map(
      (each) => `${each.target}: ${String(each.waiting)} waiting, ${String(each.failed)} given up`,
    )
    return [...lines, ...failed.map(toLine)].map((line) => `${line}\n`).join('')
  },
  retry: async ({ outbox, query }) => {
    const count = await outbox.retry(query, usualLimits.giveUpAfter)
    return `${String(count)} will be sent again\n`
  },
  drop: async ({ outbox, query }) => `${String(await outbox.drop(query))} dropped\n`,
}

function toLine({ id, target, attempts, problem, failedAt }: FailedMessage): string {
  const at = new Date(failedAt).toISOString()
  return `${id} ${target} given up ${at}, attempts: ${String(attempts)}, last: ${problem}`
}

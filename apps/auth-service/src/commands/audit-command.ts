import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { mostHeads } from '../audit/heads.js'
import { exportLines } from '../audit/export-lines.js'
import { describeFinding } from '../audit/finding.js'
import { readHeads } from '../audit/read-heads.js'
import { verifyAudit, type Verdict } from '../audit/verify.js'
import type { Claim } from '../audit/claims.js'
import type { Audit } from '../audit/audit.js'
import type { AuditKeys } from '../audit/audit-keys.js'
import type { Environment } from '../configuration/environment.js'
import { readConfiguration } from '../configuration/read-configuration.js'
import { createLog } from '../foundation/log.js'
import { SetupFault } from '../foundation/setup-fault.js'
import { openAudit } from '../http/open-audit.js'
import { openDataDirectory } from '../storage/data-directory.js'
import { openStorage, type Storage } from '../storage/storage.js'
import { commandParty } from './record-command.js'

/** The usage of {@link runAuditCommand}. */
export const auditUsage = `       jotgate-service audit verify [--heads FILE]… [--json]
                                             checks every row of the audit log, and that it has the heads in the files;
                                             ends with 1 when something is wrong
       jotgate-service audit heads              the last row of each chain, a JSON object a line: keep it elsewhere
       jotgate-service audit export [--since T] [--until T]
                                             rows as JSON lines, oldest first; T is a date, or Unix seconds
       jotgate-service audit erase ID           deletes the names, addresses and user agents of the user with this id`

const options = {
  heads: { type: 'string', multiple: true },
  since: { type: 'string' },
  until: { type: 'string' },
  json: { type: 'boolean' },
} as const

/** One command and what it works with. */
interface Errand {
  readonly audit: Audit
  readonly keys: AuditKeys
  readonly database: Storage['database']
  /** Seconds that rows are kept. */
  readonly keep: number
  /** An id, for `erase`. */
  readonly subject: string
  readonly flags: ReturnType<typeof parse>['values']
}

/**
 * `jotgate-service audit …`, with or without a running service. Returns the rest of its output; undefined for an unknown
 * command.
 *
 * @throws SetupFault naming what is wrong; AuthError STORE_UNAVAILABLE
 */
export async function runAuditCommand(
  environment: Environment,
  args: readonly string[],
): Promise<string | undefined> {
  const { positionals, values: flags } = parse(args)
  const [verb = '', subject = '', ...more] = positionals
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  const isKnown = more.length === 0 && (verb === 'erase') === (subject !== '')
  const isFlagged = Object.keys(flags).every((flag) => command?.flags.includes(flag))
  if (command === undefined || !isKnown || !isFlagged) return undefined
  const { log } = createLog(environment.logLevel)
  const configuration = readConfiguration(environment)
  const data = openDataDirectory(environment.dataDir)
  const storage = await openStorage({ configuration, data, log })
  const { patientDatabase: database } = storage
  const { audit, keys } = await openAudit({
    ...{ configuration, data, log, database, writer: commandParty() },
  })
  storage.started('command')
  try {
    const keep = configuration.auditKeep
    return await command.run({ audit, keys, database, keep, subject, flags })
  } finally {
    await audit.close()
    await storage.close()
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch {
    throw new SetupFault('audit: there is no such option, or it lacks its value')
  }
}

interface Command {
  readonly flags: readonly string[]
  readonly run: (errand: Errand) => Promise<string>
}

const commands: Readonly<Record<string, Command>> = {
  verify: {
    flags: ['heads', 'json'],
    run: async ({ database, keys, keep, flags }) => {
      const heads = headsOf(flags.heads ?? [])
      const onProgress = createProgress()
      const verdict = await verifyAudit({ database, keys, keep, heads, onProgress })
      if (verdict.found > 0) process.exitCode = 1
      return flags.json === true ? `${JSON.stringify(verdict)}\n` : describe(verdict)
    },
  },
  heads: {
    flags: [],
    run: async ({ audit }) => {
      const heads = await audit.heads(mostHeads)
      return heads
        .map(({ chain, seq, mac, at }) => ({ chain, seq, mac, at: Math.floor(at / 1000) }))
        .map((each) => `${JSON.stringify(each)}\n`)
        .join('')
    },
  },
  export: {
    flags: ['since', 'until'],
    run: async ({ audit, flags }) => {
      const query = { since: timeOf(flags.since), until: timeOf(flags.until) }
      for await (const lines of exportLines(audit.readAll(query)))
        if (!process.stdout.write(lines)) await once(process.stdout, 'drain')
      return ''
    },
  },
  erase: {
    flags: [],
    run: async ({ audit, subject }) => {
      await audit.erase(subject, commandParty())
      return `erased the personal values of ${subject}\n`
    },
  },
}

/** @throws SetupFault for a file without a head: it may be the wrong one */
async function* headsOf(files: readonly string[]): AsyncGenerator<Claim> {
  for (const file of files) {
    let count = 0
    try {
      for await (const head of readHeads(file)) {
        count++
        yield head
      }
    } catch {
      throw new SetupFault('a file of heads cannot be read')
    }
    if (count === 0) throw new SetupFault('a file of heads has no head in it')
  }
}

/** Says on standard error how far a long verification has come. */
function createProgress(): (rows: number) => void {
  let said = performance.now()
  return (rows) => {
    if (performance.now() - said < progressMs) return
    said = performance.now()
    process.stderr.write(`${String(rows)} rows so far\n`)
  }
}

const progressMs = 2000

function describe({ rows, chains, open, erased, findings, found }: Verdict): string {
  const counts =
    `${String(rows)} rows in ${String(chains)} chains, ${String(open)} of them without a closing row; ` +
    `${String(erased)} values erased`
  if (found === 0) return `The audit log is whole: ${counts}.\n`
  const more = found > findings.length ? [`and ${String(found - findings.length)} more`] : []
  const lines = [...findings.map(describeFinding), ...more].map((line) => `  ${line}\n`)
  return `The audit log is NOT whole: ${String(found)} findings; ${counts}.\n${lines.join('')}`
}

/** Unix milliseconds. @throws SetupFault */
function timeOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const time = /^\d{1,12}$/.test(given) ? Number(given) * 1000 : Date.parse(given)
  if (Number.isNaN(time)) throw new SetupFault('--since and --until take a date or Unix seconds')
  return time
}

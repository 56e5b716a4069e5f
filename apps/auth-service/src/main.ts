import { readEnvironment, type Environment } from './configuration/environment.js'
import { parseArgs } from 'node:util'
import { fail } from './commands/fail.js'
import type { ServeOptions } from './commands/serve.js'

/** The program's commands; each loads only what it needs, so that a command does not wait for the whole service. */
const commands: Readonly<Record<string, Command>> = {
  'check-config': async (environment, args) => {
    if (args.length > 0) return undefined
    const [{ checkConfig }, { readConfiguration }] = await Promise.all([
      import('./commands/check-config.js'),
      import('./configuration/read-configuration.js'),
    ])
    return checkConfig(readConfiguration(environment))
  },
  user: async (environment, args) => {
    const { runUserCommand } = await import('./commands/user-command.js')
    return runUserCommand(environment, args)
  },
  client: async (environment, args) => {
    const { runClientCommand } = await import('./commands/client-command.js')
    return runClientCommand(environment, args)
  },
  outbox: async (environment, args) => {
    const { runOutboxCommand } = await import('./commands/outbox-command.js')
    return runOutboxCommand(environment, args)
  },
  backup: async (environment, args) => {
    const { runBackupCommand } = await import('./commands/backup-command.js')
    return runBackupCommand(environment, args)
  },
  restore: async (environment, args) => {
    const { runRestoreCommand } = await import('./commands/restore-command.js')
    return runRestoreCommand(environment, args)
  },
  'after-restore': async (environment, args) => {
    const { runAfterRestoreCommand } = await import('./commands/restore-command.js')
    return runAfterRestoreCommand(environment, args)
  },
  audit: async (environment, args) => {
    const { runAuditCommand } = await import('./commands/audit-command.js')
    return runAuditCommand(environment, args)
  },
}

/** Returns its output; undefined for unknown arguments. */
type Command = (environment: Environment, args: readonly string[]) => Promise<string | undefined>

async function main(all: readonly string[]): Promise<void> {
  process.umask(0o077) // other users cannot read the files written here
  const options = readServeOptions(all)
  if (options !== undefined) {
    const { serve } = await import('./commands/serve.js')
    return serve(readEnvironment(), options)
  }
  const [command = '', ...args] = all
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined
  const output = await run?.(readEnvironment(), args)
  if (output !== undefined) {
    process.stdout.write(output)
    return
  }
  process.stderr.write(await usage())
  process.exitCode = 2
}

/** Undefined for the arguments of a command, and for unknown ones. */
function readServeOptions(args: readonly string[]): ServeOptions | undefined {
  try {
    const options = { 'demo-password': { type: 'string' } } as const
    const { values } = parseArgs({ args: [...args], options })
    return { demoPassword: values['demo-password'] }
  } catch {
    return undefined
  }
}

async function usage(): Promise<string> {
  const usages = await Promise.all([
    import('./commands/user-command.js').then((each) => each.userUsage),
    import('./commands/client-command.js').then((each) => each.clientUsage),
    import('./commands/outbox-command.js').then((each) => each.outboxUsage),
    import('./commands/audit-command.js').then((each) => each.auditUsage),
    import('./commands/backup-command.js').then((each) => each.backupUsage),
    import('./commands/restore-command.js').then((each) => each.restoreUsage),
  ])
  return `usage: jotgate-service                       runs the service
       jotgate-service --demo-password P     runs a demo, on loopback, whose user alice has this password
       jotgate-service check-config          says what is wrong with the configuration, and what it means
${usages.join('\n')}
`
}

main(process.argv.slice(2)).catch(fail)

import { readEnvironment, type Environment } from './configuration/environment.js'
import { fail } from './commands/fail.js'

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
}

/** Returns its output; undefined for unknown arguments. */
type Command = (environment: Environment, args: readonly string[]) => Promise<string | undefined>

async function main([command, ...args]: readonly string[]): Promise<void> {
  process.umask(0o077) // other users cannot read the files written here
  if (command === undefined) {
    const { serve } = await import('./commands/serve.js')
    return serve(readEnvironment())
  }
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined
  const output = await run?.(readEnvironment(), args)
  if (output !== undefined) {
    process.stdout.write(output)
    return
  }
  process.stderr.write(await usage())
  process.exitCode = 2
}

async function usage(): Promise<string> {
  const [{ userUsage }, { clientUsage }] = await Promise.all([
    import('./commands/user-command.js'),
    import('./commands/client-command.js'),
  ])
  return `usage: jotgate-service                       runs the service
       jotgate-service check-config          says what is wrong with the configuration, and what it means
${userUsage}
${clientUsage}
`
}

main(process.argv.slice(2)).catch(fail)

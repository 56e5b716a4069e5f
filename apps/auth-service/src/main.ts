import { AuthError, ConfigError } from 'jotgate'
import { createApp } from './app.js'
import { checkConfig } from './check-config.js'
import { readConfiguration } from './configuration/read-configuration.js'
import { demoBanner } from './curl-walk.js'
import { openDataDirectory } from './data-directory.js'
import { readEnvironment, type Environment } from './environment.js'
import { askForAdministrator } from './first-administrator.js'
import { createLog } from './log.js'
import { clientUsage, runClientCommand } from './oauth/client-command.js'
import { SetupFault } from './setup-fault.js'
import { createService } from './service.js'
import { runUserCommand, userUsage } from './user-command.js'

const usage = `usage: jotgate-service                       runs the service
       jotgate-service check-config          says what is wrong with the configuration, and what it means
${userUsage}
${clientUsage}`

async function main(args: readonly string[]): Promise<void> {
  const [command, verb] = args
  if (command === undefined) return serve(readEnvironment())
  if (command === 'check-config' && verb === undefined) {
    process.stdout.write(checkConfig(readConfiguration(readEnvironment())))
    return
  }
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined
  const output = await run?.(readEnvironment(), args.slice(1))
  if (output !== undefined) {
    process.stdout.write(output)
    return
  }
  process.stderr.write(`${usage}\n`)
  process.exitCode = 2
}

type Command = (environment: Environment, args: readonly string[]) => Promise<string | undefined>

const commands: Readonly<Record<string, Command>> = {
  user: runUserCommand,
  client: runClientCommand,
}

/** How long requests in flight are given to finish when the service stops. */
const patienceMs = 5000

async function serve(environment: Environment): Promise<void> {
  const configuration = readConfiguration(environment)
  process.umask(0o077) // what is written here is nobody else's to read
  const { log, ...logging } = createLog(environment.logLevel, configuration.name)
  const data = openDataDirectory(environment.dataDir)
  const service = await createService({ configuration, data, log })
  await askForAdministrator(service)
  const app = await createApp(service)
  const stop = async (): Promise<void> => {
    // A connection that has never finished a request would be waited for without end.
    setTimeout(() => {
      app.server.closeAllConnections()
    }, patienceMs).unref()
    await app.close()
    await service.close()
    log.info('stopped')
    logging.flush()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping')
      stop().catch(fail)
    })
  }
  const { host, port } = configuration
  await app.listen({ host, port })
  process.stdout.write(
    configuration.demo
      ? demoBanner(configuration.issuer)
      : `Jotgate is listening on ${host}, port ${String(port)}\n`,
  )
}

/** One line for what the operator can mend; a stack only for what nobody expected. */
function fail(error: unknown): void {
  process.stderr.write(`jotgate-service: ${describe(error)}\n`)
  process.exitCode = 1
}

function describe(error: unknown): string {
  if (error instanceof AuthError) return `${error.message} (${reasonOf(error.cause)})`
  const isExpected =
    error instanceof SetupFault ||
    error instanceof ConfigError ||
    (error instanceof Error && 'syscall' in error)
  return isExpected ? error.message : error instanceof Error ? String(error.stack) : 'unknown fault'
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'no reason given'
}

main(process.argv.slice(2)).catch(fail)

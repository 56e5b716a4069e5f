import { createApp } from '../http/app.js'
import { readConfiguration } from '../configuration/read-configuration.js'
import { demoBanner } from './curl-walk.js'
import { openDataDirectory } from '../storage/data-directory.js'
import type { Environment } from '../configuration/environment.js'
import { fail } from './fail.js'
import { askForAdministrator } from './first-administrator.js'
import { createLog } from '../foundation/log.js'
import { createService } from '../http/service.js'

/** Milliseconds for running requests to finish when the service stops. */
const patienceMs = 5000

/**
 * Runs the service until a signal ends it.
 *
 * @throws SetupFault, ConfigError, AuthError STORE_UNAVAILABLE; a system error when the port is unavailable
 */
export async function serve(environment: Environment): Promise<void> {
  const configuration = readConfiguration(environment)
  const { log, ...logging } = createLog(environment.logLevel, configuration.name)
  const data = openDataDirectory(environment.dataDir)
  const service = await createService({ configuration, data, log })
  await askForAdministrator(service)
  const app = await createApp(service)
  const stop = async (): Promise<void> => {
    // The server would wait forever for a connection that has never finished a request.
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

import { createApp } from '../http/app.js'
import { readConfiguration } from '../configuration/read-configuration.js'
import { demoBanner } from './curl-walk.js'
import { openDataDirectory } from '../storage/data-directory.js'
import type { Environment } from '../configuration/environment.js'
import { fail } from './fail.js'
import { askForAdministrator } from './first-administrator.js'
import { createLog } from '../foundation/log.js'
import { openMetricsPort } from '../http/metrics-port.js'
import { createService } from '../http/service.js'

/** Milliseconds for running requests to finish when the service stops. */
const patienceMs = 5000

/** The options of {@link serve}. */
export interface ServeOptions {
  /** The password of the demo's user; default: one made at this start. */
  readonly demoPassword?: string | undefined
}

/**
 * Runs the service until a signal ends it.
 *
 * @throws SetupFault, ConfigError, AuthError STORE_UNAVAILABLE; a system error when the port is unavailable
 */
export async function serve(
  environment: Environment,
  { demoPassword }: ServeOptions = {},
): Promise<void> {
  const configuration = readConfiguration(environment, demoPassword)
  const { log, ...logging } = createLog(environment.logLevel, configuration.name)
  const data = openDataDirectory(environment.dataDir)
  const service = await createService({ configuration, data, log })
  await askForAdministrator(service)
  const app = await createApp(service)
  const { host, port, metricsPort, demo } = configuration
  const figures =
    metricsPort === undefined ? undefined : await openMetricsPort(metricsPort, service.metrics)
  const stop = async (): Promise<void> => {
    // The server would wait forever for a connection that has never finished a request.
    setTimeout(() => {
      app.server.closeAllConnections()
    }, patienceMs).unref()
    figures?.close()
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
  await app.listen({ host, port })
  process.stdout.write(
    demo
      ? demoBanner(configuration.issuer, demo)
      : `Jotgate is listening on ${host}, port ${String(port)}\n`,
  )
}

import { SetupFault } from './setup-fault.js'
/** The one place where the environment is read. */
export interface Environment {
  /** `HOST`: address to listen on. Default 127.0.0.1; another than loopback needs a configuration. */
  readonly host: string
  /** `PORT`: default 8888. */
  readonly port: number
  /** `JOTGATE_CONFIG`: path of the configuration file; without it the service is a demo. */
  readonly configPath: string | undefined
  /** `DATA_DIR`: folder of the database and the keys. Default `data`. */
  readonly dataDir: string
  /** `LOG_LEVEL`: trace, debug, info, warn, error, fatal or silent. Default info. */
  readonly logLevel: string
}

/**
 * Reads the environment.
 *
 * @throws Error naming the variable that is wrong, never its value
 */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  return {
    host: env['HOST'] ?? '127.0.0.1',
    port: readPort(env['PORT'] ?? '8888'),
    configPath: env['JOTGATE_CONFIG'],
    dataDir: env['DATA_DIR'] ?? 'data',
    logLevel: readLevel(env['LOG_LEVEL'] ?? 'info'),
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new SetupFault('PORT must be a whole number from 1 to 65535')
  }
  return port
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

function readLevel(level: string): string {
  if (!levels.includes(level)) throw new SetupFault(`LOG_LEVEL must be one of ${levels.join(', ')}`)
  return level
}

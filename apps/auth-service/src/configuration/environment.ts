import { readRedisAddress, redisForms, type RedisAddress } from './redis-address.js'
import { SetupFault } from '../foundation/setup-fault.js'

/** The environment variables; no other file reads them. */
export interface Environment {
  /** `HOST`: address to listen on. Default 127.0.0.1; another than loopback needs a configuration. */
  readonly host: string
  /** `PORT`: default 8888. */
  readonly port: number
  /** The values that were set explicitly: they override the configuration file. */
  readonly given: { readonly host: string | undefined; readonly port: number | undefined }
  /** `JOTGATE_CONFIG`: path of the configuration file; without it the service is a demo. */
  readonly configPath: string | undefined
  /** `DATA_DIR`: folder of the database and the keys. Default `data`. */
  readonly dataDir: string
  /** `DATABASE_URL`: PostgreSQL instead of a file in the data folder. */
  readonly database: string | undefined
  /** `REDIS_URL`: Redis, for revocations and counters. */
  readonly redis: RedisAddress | undefined
  /** `LOG_LEVEL`: trace, debug, info, warn, error, fatal or silent. Default info. */
  readonly logLevel: string
  /** Reads any other variable that a configuration file names. */
  readonly variable: (name: string) => string | undefined
}

/**
 * Reads the environment.
 *
 * @throws SetupFault naming the variable that is wrong, never its value
 */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const given = {
    host: env['HOST'],
    port: env['PORT'] === undefined ? undefined : readPort(env['PORT']),
  }
  return {
    host: given.host ?? '127.0.0.1',
    port: given.port ?? 8888,
    given,
    configPath: env['JOTGATE_CONFIG'],
    dataDir: env['DATA_DIR'] ?? 'data',
    database: readDatabase(env['DATABASE_URL']),
    redis: readRedis(env['REDIS_URL']),
    logLevel: readLevel(env['LOG_LEVEL'] ?? 'info'),
    variable: (name) => env[name],
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new SetupFault('PORT must be a whole number from 1 to 65535')
  }
  return port
}

function readDatabase(url: string | undefined): string | undefined {
  if (url === undefined || /^postgres(ql)?:\/\/./.test(url)) return url
  throw new SetupFault(
    'DATABASE_URL must be a postgres URL: postgres://user:password@host/database',
  )
}

function readRedis(url: string | undefined): RedisAddress | undefined {
  if (url === undefined) return undefined
  const address = readRedisAddress(url)
  if (address === undefined) throw new SetupFault(`REDIS_URL must be ${redisForms}`)
  return address
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

function readLevel(level: string): string {
  if (!levels.includes(level)) throw new SetupFault(`LOG_LEVEL must be one of ${levels.join(', ')}`)
  return level
}

import type { Environment } from './environment.js'
import { SetupFault } from '../foundation/setup-fault.js'
import type { Configuration } from './configuration.js'
import { defaultLimits, defaultRevocations, defaultSessions } from './file-schema.js'
import { isLoopback } from './loopback.js'
import { readFile } from './read-file.js'

/**
 * Reads the configuration file, or returns the demo's configuration if there is none.
 *
 * @throws SetupFault listing every wrong field, never a value
 */
export function readConfiguration(environment: Environment): Configuration {
  if (environment.configPath !== undefined) return readFile(environment.configPath, environment)
  const { host, port, database, redis } = environment
  if (!isLoopback(host)) {
    throw new SetupFault(
      'HOST is not a loopback address, and without a configuration this is a demo with a known password. ' +
        'Write a configuration file and name it in JOTGATE_CONFIG.',
    )
  }
  return {
    demo: true,
    name: 'jotgate',
    host,
    port,
    issuer: `http://127.0.0.1:${String(port)}`,
    audience: 'jotgate-demo',
    hosts: [],
    origins: ['127.0.0.1', 'localhost'].map((name) => `http://${name}:${String(port)}`),
    accessTtl: 15 * 60,
    absoluteTtl: 30 * 86_400,
    idleTtl: 7 * 86_400,
    grace: 10,
    maxSessions: defaultSessions,
    maxRevocations: defaultRevocations,
    recoverWithin: 0,
    signing: { kind: 'ring', algorithm: 'ES256', rotateEvery: 30 * 86_400 },
    loginLimits: defaultLimits,
    trustedProxies: [],
    keySetMaxAge: 300,
    encryptionKeys: undefined,
    refreshSecrets: undefined,
    metricsToken: undefined,
    database,
    redis,
    redisReplicas: 0,
    startWithin: 30,
  }
}

import type { Environment } from '../environment.js'
import { SetupFault } from '../setup-fault.js'
import type { Configuration } from './configuration.js'
import { readFile } from './read-file.js'

/**
 * Reads the configuration file, or makes the demo's configuration where there is none.
 *
 * @throws SetupFault listing every field that is wrong, never a value
 */
export function readConfiguration(environment: Environment): Configuration {
  if (environment.configPath !== undefined) return readFile(environment.configPath, environment)
  const { host, port, database } = environment
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
    accessTtl: 15 * 60,
    absoluteTtl: 30 * 86_400,
    idleTtl: 7 * 86_400,
    grace: 10,
    recoverWithin: 0,
    signing: { kind: 'ring', algorithm: 'ES256', rotateEvery: 30 * 86_400 },
    encryptionKeys: undefined,
    refreshSecrets: undefined,
    database,
  }
}

/** Whether an address or host name can only mean this machine. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
  )
}

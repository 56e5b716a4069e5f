import { randomBytes } from 'node:crypto'
import { secretSource } from 'jotgate'
import type { Environment } from './environment.js'
import { SetupFault } from '../foundation/setup-fault.js'
import type { Configuration } from './configuration.js'
import {
  defaultAuditKeep,
  defaultLimits,
  defaultRecovery,
  defaultRevocations,
  defaultSessions,
  toSeconds,
} from './file-schema.js'
import { isLoopback } from './loopback.js'
import { readFile } from './read-file.js'

/**
 * Reads the configuration file, or returns the demo's configuration if there is none.
 *
 * @param demoPassword the password of the demo's user; default: one made for this call
 * @throws SetupFault listing every wrong field, never a value
 * @example readConfiguration(readEnvironment()).demo?.password // 'k3JxPq0vT1aZ'
 */
export function readConfiguration(environment: Environment, demoPassword?: string): Configuration {
  if (environment.configPath === undefined) return demoConfiguration(environment, demoPassword)
  if (demoPassword !== undefined)
    throw new SetupFault('--demo-password is for a demo, and JOTGATE_CONFIG names a configuration')
  return readFile(environment.configPath, environment)
}

const notLoopback =
  'HOST is not a loopback address, and without a configuration this is a demo, for this machine only. ' +
  'Write a configuration file and name it in JOTGATE_CONFIG.'

/** What a demo has none of, or makes in the data folder at its first start. */
const none = {
  ...({ users: undefined, links: {}, secondFactor: 'never', userAttributes: {} } as const),
  ...{ trustedProxies: [], webhooks: [], redisReplicas: 0, metricsPort: undefined },
  ...{ encryptionKeys: undefined, refreshSecrets: undefined, auditKeys: undefined },
}

function demoConfiguration(
  environment: Environment,
  password = randomBytes(9).toString('base64url'),
): Configuration {
  const { host, port, database, redis } = environment
  if (!isLoopback(host)) throw new SetupFault(notLoopback)
  if (password === '') throw new SetupFault('--demo-password must not be empty')
  const metricsToken = randomBytes(18).toString('base64url')
  return {
    demo: { password, metricsToken },
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
    recoverWithin: toSeconds(defaultRecovery),
    signing: { kind: 'ring', algorithm: 'ES256', rotateEvery: 30 * 86_400 },
    loginLimits: defaultLimits,
    keySetMaxAge: 300,
    auditKeep: toSeconds(defaultAuditKeep),
    metricsToken: secretSource(`literal:${metricsToken}`, { encoding: 'text', demo: true }),
    database,
    redis,
    startWithin: 30,
    ...none,
  }
}

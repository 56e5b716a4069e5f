import { ConfigError, createServiceKeys, hmacKey } from 'jotgate'
import type { Configuration, SessionTimes, Signing } from './configuration.js'
import type { Environment } from './environment.js'
import { SetupFault } from '../foundation/setup-fault.js'
import { checkEncryptionKey, checkSessions, hasSealingKey } from './checks.js'
import { isLoopback } from './loopback.js'
import { checkOrigins } from './origins.js'
import { nameFields } from './field-names.js'
import { fileNames, fileSchema, toSeconds, type FileFields } from './file-schema.js'
import { readRedisAddress } from './redis-address.js'
import { readUsers } from './read-users.js'
import { readYaml } from './read-yaml.js'
import { secretReader, type SecretReader } from './secrets.js'
import { readWebhooks } from './webhooks.js'

/**
 * Reads a configuration file.
 *
 * @throws SetupFault listing every fault: the field and what is wrong with it, never its value
 */
export function readFile(path: string, environment: Environment): Configuration {
  const { content, faults: unset } = readYaml(path, environment.variable)
  const { fields, faults: twice } = nameFields(content ?? {}, fileNames)
  const parsed = fileSchema.safeParse(fields)
  const faults = [...unset, ...twice]
  if (!parsed.success) {
    for (const { path: at, message } of parsed.error.issues)
      faults.push(`${at.join('.') || '(the whole file)'}: ${message}`)
    return refuse(faults)
  }
  const { configuration, faults: deeper } = toConfiguration(parsed.data, environment)
  return faults.length + deeper.length === 0 ? configuration : refuse([...faults, ...deeper])
}

function refuse(faults: readonly string[]): never {
  const lines = [...new Set(faults)].map((fault) => `  ${fault}`)
  throw new SetupFault(['the configuration has faults:', ...lines].join('\n'))
}

interface Read {
  readonly configuration: Configuration
  readonly faults: readonly string[]
}

function toConfiguration(file: FileFields, environment: Environment): Read {
  const text = secretReader(environment.variable, 'text')
  const base64 = secretReader(environment.variable, 'base64')
  const { webhooks, faults: ofWebhooks } = readWebhooks(file.webhooks, text)
  const { users, faults: ofUsers } = readUsers(file.users, text)
  const configuration: Configuration = {
    demo: undefined,
    name: file.name,
    host: environment.given.host ?? file.host ?? environment.host,
    port: environment.given.port ?? file.port ?? environment.port,
    ...{ issuer: file.issuer, audience: file.audience, hosts: file.hosts },
    origins: file.origins ?? usualOrigins(file.issuer),
    ...readTimes(file),
    maxSessions: file.maxSessions,
    maxRevocations: file.maxRevocations,
    loginLimits: file.loginLimits,
    userAttributes: file.userAttributes,
    trustedProxies: file.trustedProxies,
    signing: readSigning(file, text),
    keySetMaxAge: toSeconds(file.keySetMaxAge),
    ...readSecrets(file, { text, base64 }),
    auditKeep: toSeconds(file.auditKeep),
    metricsPort: file.metricsPort,
    database: file.database ?? environment.database,
    redis: file.redis === undefined ? environment.redis : readRedisAddress(file.redis),
    redisReplicas: file.redisReplicas,
    startWithin: toSeconds(file.startWithin),
    webhooks,
    ...{ users, links: file.links, secondFactor: file.secondFactor },
  }
  const ofSecrets = [...text.faults, ...base64.faults]
  const whole = checkWhole(file, configuration)
  return { configuration, faults: [...ofSecrets, ...ofWebhooks, ...ofUsers, ...whole] }
}

const week = 7 * 86_400

function readTimes(file: FileFields): SessionTimes {
  const absoluteTtl = toSeconds(file.refreshExpire)
  return {
    accessTtl: toSeconds(file.accessExpire ?? file.auth?.accessExpire ?? '15m'),
    absoluteTtl,
    idleTtl: toSeconds(file.idleExpire ?? Math.min(week, absoluteTtl)),
    grace: toSeconds(file.grace),
    recoverWithin: toSeconds(file.recoverWithin),
  }
}

function readSecrets(
  file: FileFields,
  { text, base64 }: { readonly text: SecretReader; readonly base64: SecretReader },
): Pick<Configuration, 'encryptionKeys' | 'refreshSecrets' | 'auditKeys' | 'metricsToken'> {
  return {
    encryptionKeys: readBoth(base64, checkEncryptionKey, {
      encryptionKey: file.encryptionKey,
      prevEncryptionKey: file.prevEncryptionKey,
    }),
    refreshSecrets: readBoth(text, checkRefreshSecret, {
      refreshSecret: file.refreshSecret,
      prevRefreshSecret: file.prevRefreshSecret,
    }),
    auditKeys: readBoth(base64, checkEncryptionKey, {
      auditKey: file.auditKey,
      ...Object.fromEntries(
        (file.prevAuditKeys ?? []).map((each, at) => [`prevAuditKeys.${String(at)}`, each]),
      ),
    }),
    metricsToken:
      file.metricsToken === undefined
        ? undefined
        : text.open('metricsToken', file.metricsToken, checkMetricsToken),
  }
}

/** Faults that concern several fields. */
function checkWhole(file: FileFields, configuration: Configuration): readonly string[] {
  const faults = [...checkSessions(configuration), ...checkOrigins(configuration.origins)]
  if (file.accessExpire !== undefined && file.auth?.accessExpire !== undefined)
    faults.push('accessExpire: is given twice, here and in auth')
  if (file.prevAuditKeys !== undefined && file.auditKey === undefined)
    faults.push('prevAuditKeys: need auditKey, the key that is used now')
  if (configuration.metricsPort === configuration.port)
    faults.push('metricsPort: must be another port than that of the service')
  if (configuration.secondFactor !== 'never' && !hasSealingKey(configuration))
    faults.push('encryptionKey: is missing; with a database second factors need it')
  if (configuration.database !== undefined) {
    if (file.encryptionKey === undefined && file.auth === undefined)
      faults.push(
        'encryptionKey: is missing; with a database every process needs the same one, 32 random bytes in base64, by env:NAME or file:PATH',
      )
    if (file.refreshSecret === undefined)
      faults.push(
        'refreshSecret: is missing; with a database every process needs the same one, 32 random bytes or more, by env:NAME or file:PATH',
      )
  }
  return faults
}

/** The issuer's origin; empty if browsers would accept no cookie from it. */
function usualOrigins(issuer: string): readonly string[] {
  const { origin, protocol, hostname } = new URL(issuer)
  return protocol === 'https:' || isLoopback(hostname) ? [origin] : []
}

function readSigning({ auth, algorithm, rotateEvery }: FileFields, reader: SecretReader): Signing {
  const ring: Signing = { kind: 'ring', algorithm, rotateEvery: toSeconds(rotateEvery) }
  if (!auth) return ring
  const { accept } = auth
  const check = (bytes: Buffer) => {
    hmacKey(bytes, 'HS256', accept && { accept })
  }
  const current = reader.open('auth.accessSecret', auth.accessSecret, check)
  const previous =
    auth.prevSecret === undefined
      ? undefined
      : reader.open('auth.prevSecret', auth.prevSecret, check)
  return current ? { kind: 'secret', current, previous, accept } : ring
}

/** The current secret and the previous one; empty without a current one. */
function readBoth(
  reader: SecretReader,
  check: (bytes: Buffer) => void,
  given: Readonly<Record<string, string | undefined>>,
): readonly Buffer[] | undefined {
  const found = Object.entries(given).flatMap(([field, reference]) => {
    const source = reference === undefined ? undefined : reader.open(field, reference, check)
    return source ? [source.read()] : []
  })
  return found.length === 0 ? undefined : found
}

/** An attacker may guess without limits, so 16 random bytes are required. */
function checkMetricsToken(bytes: Buffer): void {
  if (bytes.length < 16 || !/^[\w.~+/=-]+$/.test(bytes.toString('latin1')))
    throw new ConfigError('metricsToken', 'must be 16 characters or more, as in a bearer token')
}

function checkRefreshSecret(bytes: Buffer): void {
  createServiceKeys({ current: bytes })
}

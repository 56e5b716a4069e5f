import type { Configuration } from '../configuration/configuration.js'
import { defaultRecovery, toSeconds } from '../configuration/file-schema.js'
import { describeUsers } from '../configuration/describe-users.js'
import { hasSealingKey } from '../configuration/checks.js'
import { ownOrigins } from '../configuration/origins.js'

/** Describes a configuration line by line, without its secrets: to check it before the service starts. */
export function checkConfig(configuration: Configuration): string {
  const { signing, encryptionKeys, refreshSecrets } = configuration
  const own = ownOrigins(configuration)
  const others = configuration.origins.filter((each) => !own.includes(each))
  const lines: readonly (readonly [string, string])[] = [
    ['mode', configuration.demo ? 'demo: alice, on loopback only' : 'configured'],
    ['listens on', `${configuration.host}, port ${String(configuration.port)}`],
    ['issuer', configuration.issuer],
    ['audience', configuration.audience],
    ['host names', ['those of loopback', ...configuration.hosts].join(', ')],
    ['the console, with cookies', describePages(own, 'has no page')],
    ['other first-party pages, with tokens', describePages(others, 'none')],
    ['access tokens', `live ${inWords(configuration.accessTtl)}, ${describeSigning(signing)}`],
    [
      'sessions',
      `end after ${inWords(configuration.absoluteTtl)}, unused after ${inWords(configuration.idleTtl)}`,
    ],
    ['a replaced refresh token', describeRecovery(configuration)],
    ['key of the key ring', encryptionKeys ? 'from the configuration' : 'in the data folder'],
    ['key of refresh tokens', refreshSecrets ? 'from the configuration' : 'in the data folder'],
    ['audit log', describeAudit(configuration)],
    ['kept in', configuration.database === undefined ? 'a file in the data folder' : 'PostgreSQL'],
    ['revocations', describeRedis(configuration)],
    ['users', `are kept ${describeUsers(configuration)}`],
    ['second factors', describeSecondFactor(configuration)],
    ['metrics', describeMetrics(configuration)],
    ['webhooks', describeWebhooks(configuration)],
    ['attributes of users', describeAttributes(configuration)],
  ]
  return [
    'The configuration is valid.',
    ...lines.map(([name, value]) => `  ${name}: ${value}`),
    '',
  ].join('\n')
}

function describeAudit({ auditKeys, auditKeep, database }: Configuration): string {
  const usual =
    database === undefined ? 'a key in the data folder' : 'a key derived from the refresh secret'
  const key = auditKeys ? 'a key from the configuration' : usual
  return `is kept for ${inWords(auditKeep)}, chained with ${key}`
}

/** Says what a window costs that is shorter than the default: phones lose answers for longer than that. */
function describeRecovery({ grace, recoverWithin }: Configuration): string {
  const within = Math.max(grace, recoverWithin)
  const recovers =
    recoverWithin === 0
      ? 'never recovers the session'
      : `recovers the session for ${inWords(recoverWithin)}`
  const means = `gets the same successor for ${inWords(grace)}, ${recovers}`
  if (recoverWithin >= toSeconds(defaultRecovery)) return means
  return `${means}: a client whose answer was lost and that asks again after more than ${inWords(within)} is logged out everywhere, with an alarm of theft`
}

function describePages(origins: readonly string[], none: string): string {
  return origins.length === 0 ? none : `at ${origins.join(', ')}`
}

function describeSigning(signing: Configuration['signing']): string {
  if (signing.kind === 'ring')
    return `signed by ${signing.algorithm} keys that change every ${inWords(signing.rotateEvery)}`
  return signing.previous
    ? 'signed by HS256 with a shared secret; the one before is still valid'
    : 'signed by HS256 with a shared secret'
}

function describeRedis({ redis, redisReplicas }: Configuration): string {
  if (redis === undefined) return 'are kept there too'
  const where = { single: 'Redis', cluster: 'a Redis Cluster', sentinel: 'Redis by its sentinels' }
  const kept = `are kept in ${where[redis.kind]}`
  return redisReplicas === 0 ? kept : `${kept}, and at ${String(redisReplicas)} replicas`
}

function describeAttributes({ userAttributes }: Configuration): string {
  const names = Object.entries(userAttributes).map(([name, { claim, clients }]) => {
    if (claim === undefined) return `${name} in no token`
    const where =
      clients === undefined ? 'first-party tokens' : `tokens of ${[clients].flat().join(' and ')}`
    return `${name} in ${where}, as ${claim}`
  })
  return names.length === 0 ? 'none' : names.join('; ')
}

function describeSecondFactor(configuration: Configuration): string {
  if (!hasSealingKey(configuration)) return 'are off: they need encryptionKey'
  return configuration.secondFactor === 'admins'
    ? 'are needed for the operations of administrators'
    : 'are for users who set one up'
}

function describeMetrics({ metricsToken, metricsPort }: Configuration): string {
  const ways = [
    ...(metricsToken ? ['with their token'] : []),
    ...(metricsPort === undefined ? [] : [`on loopback, port ${String(metricsPort)}`]),
  ]
  return ways.length === 0 ? 'are not served' : `are served ${ways.join(', and ')}`
}

function describeWebhooks({ webhooks }: Configuration): string {
  const each = webhooks.map(({ target, events, prevSecret, places }) => {
    const secrets = prevSecret === undefined ? '' : ', signed with two secrets'
    const reach = places.reach === 'public' ? '' : `, reach ${places.reach}`
    return `${target} for ${events.join(', ')}${secrets}${reach}`
  })
  return each.length === 0 ? 'none' : each.join('; ')
}

const units = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const

/** Seconds in the largest unit that divides them. */
function inWords(seconds: number): string {
  const [size, unit] = units.find(([each]) => seconds >= each && seconds % each === 0) ?? [1, 's']
  return `${String(seconds / size)} ${unit}`
}

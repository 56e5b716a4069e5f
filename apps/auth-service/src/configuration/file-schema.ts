import { parseDuration, type Duration } from 'jotgate'
import { z } from 'zod'
import type { FieldNames } from './field-names.js'
import { webhookTypes } from './webhooks.js'
import { userAttributeFields } from './user-attributes.js'
import { linkFields, linksNames, userNames, usersFields } from './users-schema.js'
import { readRedisAddress, redisForms } from './redis-address.js'

const day = 86_400

const duration = z.custom<Duration>(isDuration, 'must be seconds, or a duration such as "15m"')
const reference = z.string('must be env:NAME or file:PATH').min(1)

/** At most this many seconds; a longer duration is a mistake. */
const upTo = (seconds: number, words: string) =>
  duration.refine((life) => toSeconds(life) <= seconds, `must be at most ${words}`)

/** A longer lifetime is a mistake, or a session that should be refreshed. */
const accessExpire = upTo(7 * day, '7d')

/** Default limits. */
export const defaultLimits = { account: 5, address: 50, service: 1000 } as const

const network = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  'must be an address or a network',
)

/** Default of `maxSessions`. */
export const defaultSessions = 100
/** Default of `maxRevocations`. */
export const defaultRevocations = 1_000_000
/** Default of `recoverWithin`, that of the library's `createSessions`. */
export const defaultRecovery = '1h'

const webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  secret: reference,
  prevSecret: reference.optional(),
  events: z
    .array(z.enum(webhookTypes))
    .min(1)
    .default([...webhookTypes]),
  reach: z.enum(['public', 'private', 'loopback']).default('public'),
})
/** Default of `auditKeep`: a year, and the month in which last year is looked at. */
export const defaultAuditKeep = '400d'

/** The configuration file, with the names of {@link fileNames}. */
export const fileSchema = z.strictObject({
  /** The service's name in its log. */
  name: z.string().min(1).max(64).default('jotgate'),
  host: z.string().min(1).optional(),
  port: z.int().min(1).max(65_535).optional(),
  issuer: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  audience: z.string('is missing').min(1),
  hosts: z.array(z.string().regex(/^[a-z0-9.-]+$/, 'must be a host name in lower case')).min(1),
  origins: z.array(z.string()).min(1).optional(),
  accessExpire: accessExpire.optional(),
  refreshExpire: upTo(400 * day, '400d').default('30d'),
  idleExpire: upTo(400 * day, '400d').optional(),
  grace: duration.default('10s'),
  maxSessions: z.int().min(1).max(10_000).default(defaultSessions),
  maxRevocations: z.int().min(1000).max(50_000_000).default(defaultRevocations),
  recoverWithin: z.union([z.literal(0), upTo(7 * day, '7d')]).default(defaultRecovery),
  algorithm: z.enum(['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'RS256']).default('ES256'),
  rotateEvery: upTo(400 * day, '400d').default('30d'),
  keySetMaxAge: upTo(day, '1d').default('5m'),
  encryptionKey: reference.optional(),
  prevEncryptionKey: reference.optional(),
  refreshSecret: reference.optional(),
  prevRefreshSecret: reference.optional(),
  auditKey: reference.optional(),
  prevAuditKeys: z.array(reference).max(100).optional(),
  auditKeep: upTo(3650 * day, '3650d').default(defaultAuditKeep),
  loginLimits: z
    .strictObject({
      account: z.int().min(1).max(100).default(defaultLimits.account),
      address: z.int().min(1).max(100_000).default(defaultLimits.address),
      service: z.int().min(1).max(1_000_000).default(defaultLimits.service),
    })
    .default(defaultLimits),
  userAttributes: userAttributeFields.default({}),
  trustedProxies: z.array(network).default([]),
  metricsToken: reference.optional(),
  metricsPort: z.int().min(1).max(65_535).optional(),
  auth: z
    .strictObject({
      accessSecret: reference,
      prevSecret: reference.optional(),
      accessExpire: accessExpire.optional(),
      accept: z.strictObject({ 'short-secret': z.string() }).optional(),
    })
    .optional(),
  database: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres URL' }).optional(),
  redis: z
    .string()
    .refine((url) => readRedisAddress(url) !== undefined, `must be ${redisForms}`)
    .optional(),
  redisReplicas: z.int().min(0).max(10).default(0),
  startWithin: upTo(3600, '1h').default('30s'),
  webhooks: z.array(webhook).max(20).default([]),
  users: usersFields.optional(),
  links: linkFields.default({}),
  secondFactor: z.enum(['never', 'admins']).default('never'),
})

/** The content of a valid file. */
export type FileFields = z.infer<typeof fileSchema>

/** All names of a file; case does not matter. */
export const fileNames: FieldNames = {
  ...Object.fromEntries(Object.keys(fileSchema.shape).map((name) => [name, true as const])),
  auth: {
    ...{ accessSecret: true, prevSecret: true, accessExpire: true },
    accept: { 'short-secret': true },
  },
  loginLimits: { account: true, address: true, service: true },
  webhooks: { url: true, secret: true, prevSecret: true, events: true, reach: true },
  users: userNames,
  links: linksNames,
}

/** The seconds of a checked duration. */
export function toSeconds(life: Duration): number {
  return parseDuration(life)
}

function isDuration(value: unknown): boolean {
  try {
    return parseDuration(value as Duration) > 0
  } catch {
    return false
  }
}

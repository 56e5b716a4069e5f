import { randomBytes } from 'node:crypto'
import { parseDuration, type Duration } from '../foundation/duration.js'
import { ConfigError } from '../foundation/errors.js'
import { checkOptionNames } from '../foundation/options.js'
import type { ClaimsSchema } from '../token/schema.js'
import type { SessionHooks } from './events.js'
import type { SessionsOptions, RecoveryByClient, RevokeAccess } from './session-options.js'
import type { ServiceKeys } from './service-keys.js'

/** The options with their defaults, durations in seconds. */
export interface SessionsPolicy extends Required<Pick<SessionsOptions, 'sign' | 'store'>> {
  readonly serviceKey: ServiceKeys
  readonly loadSubject: SessionsOptions['loadSubject']
  readonly claims: ClaimsSchema<unknown> | undefined
  readonly accessTtl: number
  readonly absoluteTtl: number
  readonly idleTtl: number
  readonly grace: number
  readonly recoverWithin: (client: string) => number
  readonly refreshWindow: number
  readonly expiryJitter: number
  readonly revoke: RevokeAccess
  readonly storeDeadlineMs: number
  readonly hooks: SessionHooks
  /** Whole seconds. */
  readonly now: () => number
  readonly randomBytes: (count: number) => Uint8Array
}

const optionNames = [
  'sign',
  'store',
  'serviceKey',
  'loadSubject',
  'claims',
  'accessTtl',
  'absoluteTtl',
  'idleTtl',
  'grace',
  'recoverWithin',
  'refreshWindow',
  'expiryJitter',
  'revoke',
  'storeDeadlineMs',
  'hooks',
  'now',
  'randomBytes',
]
const hookNames = ['onRefreshed', 'onReplayed', 'onRecovered', 'onReused', 'onRolledBack']
const longestGrace = 60
/** A thief in step with the owner is caught when their refreshes fall apart by more than the grace. */
const windowPerGrace = 6

/** @throws ConfigError naming the option that is missing, unknown or dangerous */
export function resolveSessions(options: SessionsOptions): SessionsPolicy {
  checkOptionNames(place, options, optionNames)
  const { hooks = {}, now = () => Date.now() / 1000, revoke = () => Promise.resolve() } = options
  checkOptionNames(`${place}.hooks`, hooks, hookNames)
  checkParts(options)
  return Object.freeze({
    sign: options.sign,
    store: options.store,
    serviceKey: options.serviceKey,
    loadSubject: options.loadSubject,
    claims: options.claims,
    ...resolveTimes(options),
    recoverWithin: resolveRecovery(options.recoverWithin ?? '1h'),
    expiryJitter: checkJitter(options.expiryJitter ?? 0),
    revoke,
    storeDeadlineMs: checkDeadline(options.storeDeadlineMs ?? 280),
    hooks: { ...hooks },
    now: () => Math.floor(now()),
    randomBytes: options.randomBytes ?? randomBytes,
  })
}

const place = 'createSessions'

function checkParts(options: SessionsOptions): void {
  for (const name of ['sign', 'loadSubject'] as const) {
    if (typeof options[name] !== 'function') refuseOption(name, 'must be a function')
  }
  if (!has(options.store, 'rotate'))
    refuseOption('store', 'must be a session store, such as memoryStores().sessions')
  if (!has(options.serviceKey, 'tag'))
    refuseOption('serviceKey', 'must come from createServiceKeys')
  const { claims }: { claims?: unknown } = options
  if (claims !== undefined && typeof claims !== 'function' && !has(claims, '~standard'))
    refuseOption('claims', 'must be a Standard Schema, or a function')
  for (const name of ['revoke', 'now', 'randomBytes'] as const) {
    const part: unknown = options[name]
    if (part !== undefined && typeof part !== 'function') refuseOption(name, 'must be a function')
  }
}

/** Whether a part is what it is taken for; a whole set of stores, or bare bytes, are easily passed in its place. */
function has(part: unknown, name: string): boolean {
  return typeof part === 'object' && part !== null && name in part
}

type Times = Pick<
  SessionsPolicy,
  'accessTtl' | 'absoluteTtl' | 'idleTtl' | 'grace' | 'refreshWindow'
>

function resolveTimes(options: SessionsOptions): Times {
  const accessTtl = seconds('accessTtl', options.accessTtl ?? '15m')
  const absoluteTtl = seconds('absoluteTtl', options.absoluteTtl ?? '30d')
  const week = seconds('idleTtl', '7d')
  const idleTtl = seconds('idleTtl', options.idleTtl ?? Math.min(week, absoluteTtl))
  const grace = seconds('grace', options.grace ?? 10)
  const least = windowPerGrace * grace
  const refreshWindow = seconds(
    'refreshWindow',
    options.refreshWindow ?? Math.max(least, Math.floor(accessTtl / 5)),
  )
  if (accessTtl === 0) refuseOption('accessTtl', 'must be longer than nothing')
  if (idleTtl < accessTtl) refuseOption('idleTtl', 'must not be shorter than accessTtl')
  if (absoluteTtl < idleTtl) refuseOption('absoluteTtl', 'must not be shorter than idleTtl')
  if (grace > longestGrace) refuseOption('grace', 'must be at most 60 seconds')
  if (refreshWindow < least) refuseOption('refreshWindow', 'must be at least 6 × grace')
  if (refreshWindow > accessTtl) {
    refuseOption('refreshWindow', 'must fit into accessTtl; it is 6 × grace when not set')
  }
  return { accessTtl, absoluteTtl, idleTtl, grace, refreshWindow }
}

function resolveRecovery(option: Duration | RecoveryByClient): (client: string) => number {
  if (typeof option !== 'object') {
    const within = seconds('recoverWithin', option)
    return () => within
  }
  checkOptionNames(`${place}.recoverWithin`, option, ['byClient', 'otherwise'])
  const otherwise = seconds('recoverWithin.otherwise', option.otherwise)
  const byClient = new Map(
    Object.entries(option.byClient).map(([client, duration]) => [
      client,
      seconds('recoverWithin.byClient', duration),
    ]),
  )
  return (client) => byClient.get(client) ?? otherwise
}

function checkJitter(jitter: unknown): number {
  if (typeof jitter === 'number' && jitter >= 0 && jitter <= 0.1) return jitter
  return refuseOption('expiryJitter', 'must be a number from 0 to 0.1')
}

function checkDeadline(ms: unknown): number {
  if (typeof ms === 'number' && Number.isSafeInteger(ms) && ms >= 1 && ms <= 60_000) return ms
  return refuseOption('storeDeadlineMs', 'must be a whole number of milliseconds')
}

function seconds(name: string, duration: Duration): number {
  return parseDuration(duration, `${place}.${name}`)
}

function refuseOption(name: string, problem: string): never {
  throw new ConfigError(`${place}.${name}`, problem)
}

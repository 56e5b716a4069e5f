import { randomBytes } from 'node:crypto'
import { parseDuration } from '../foundation/duration.js'
import { ConfigError } from '../foundation/errors.js'
import {
  clock,
  count,
  func,
  funcOr,
  guarding,
  milliseconds,
  number,
  optionalFunc,
  type OptionTable,
  type OptionValues,
  part,
  readOptions,
  seconds,
  text,
  value,
} from '../foundation/options.js'
import { readSchema } from '../token/schema.js'
import type { Signer } from '../token/sign.js'
import type { SessionHooks } from './events.js'
import type { SessionStore } from './ports.js'
import type { ServiceKeys } from './service-keys.js'
import type { ImpersonationOptions, RevokeAccess, SessionsOptions } from './session-options.js'

const hook = optionalFunc<SessionHooks['onRefreshed']>

const hooksTable = {
  onRefreshed: hook(),
  onReplayed: hook(),
  onRecovered: hook(),
  onReused: hook(),
  onRolledBack: hook(),
  onEvicted: hook(),
  onEnded: hook(),
  onImpersonated: optionalFunc<SessionHooks['onImpersonated']>(),
} satisfies OptionTable<keyof SessionHooks>

/** What `revoke` does when it is not given. */
export function revokesNothing(): Promise<void> {
  return Promise.resolve()
}

/** Options of `createSessions`. */
export const sessionsTable = {
  sign: func<Signer>(),
  store: part<SessionStore>('a session store, such as memoryStores().sessions', ['rotate']),
  serviceKey: part<ServiceKeys>('what createServiceKeys makes', ['tag']),
  loadSubject: func<SessionsOptions['loadSubject']>(),
  claims: guarding(value('Standard Schema or function', readSchema, { optional: true })),
  accessTtl: seconds({ default: '15m', least: 1 }),
  absoluteTtl: seconds({ default: '30d' }),
  idleTtl: seconds({ optional: true }),
  grace: seconds({ default: 10, most: 60 }),
  recoverWithin: value('duration, or durations by client', readRecovery, { default: '1h' }),
  refreshWindow: seconds({ optional: true }),
  expiryJitter: number({ default: 0, least: 0, most: 0.1 }),
  revoke: guarding(funcOr<RevokeAccess>(revokesNothing)),
  isRevoked: funcOr<(sid: string) => boolean>(() => false),
  maxSessions: count({ default: 100, least: 1 }),
  impersonation: value('object of options', readImpersonation, { optional: true }),
  storeDeadlineMs: milliseconds({ default: 280, most: 60_000 }),
  hooks: value('object of hooks', readHooks, { default: {} }),
  now: clock(),
  monotonic: funcOr<() => number>(() => performance.now() / 1000),
  randomBytes: funcOr<(count: number) => Uint8Array>(randomBytes),
} satisfies OptionTable<keyof SessionsOptions>

/** The options with their defaults, durations in seconds. */
export interface SessionsPolicy extends OptionValues<typeof sessionsTable> {
  readonly idleTtl: number
  readonly refreshWindow: number
}

/** A thief in step with the owner is caught when their refreshes fall apart by more than the grace. */
const windowPerGrace = 6
const week = parseDuration('7d')

/** @throws ConfigError naming the option that is missing, unknown or dangerous */
export function readSessionsOptions(options: SessionsOptions): SessionsPolicy {
  const values = readOptions(factory, sessionsTable, options)
  const { accessTtl, absoluteTtl, grace, now } = values
  const least = windowPerGrace * grace
  const { idleTtl = Math.min(week, absoluteTtl) } = values
  const { refreshWindow = Math.max(least, Math.floor(accessTtl / 5)) } = values
  if (idleTtl < accessTtl) refuse('idleTtl', 'must not be shorter than accessTtl')
  if (absoluteTtl < idleTtl) refuse('absoluteTtl', 'must not be shorter than idleTtl')
  if (refreshWindow < least) refuse('refreshWindow', 'must be at least 6 × grace')
  if (refreshWindow > accessTtl)
    refuse('refreshWindow', 'must fit into accessTtl; it is 6 × grace when not set')
  if ((values.impersonation?.accessTtl ?? 0) > accessTtl)
    refuse('impersonation', 'must not have a longer accessTtl than createSessions')
  return Object.freeze({ ...values, idleTtl, refreshWindow, now: () => Math.floor(now()) })
}

const factory = 'createSessions'

function refuse(name: keyof SessionsOptions, problem: string): never {
  throw new ConfigError(`${factory}.${name}`, problem)
}

function readHooks(given: unknown, option: string): SessionHooks {
  const hooks = Object.entries(readOptions(option, hooksTable, given))
  return Object.fromEntries(hooks.filter(([, hook]) => hook !== undefined))
}

const impersonationTable = {
  rolesClaim: text({ default: 'roles' }),
  accessTtl: seconds({ optional: true, least: 1 }),
} satisfies OptionTable<keyof ImpersonationOptions>

function readImpersonation(given: unknown, option: string) {
  return readOptions(option, impersonationTable, given)
}

const recoveryTable = {
  byClient: value('object of durations by client', readByClient),
  otherwise: seconds(),
}

function readRecovery(given: unknown, option: string): (client: string) => number {
  if (typeof given !== 'object' || given === null) {
    const within = seconds().read(given, option)
    return () => within
  }
  const { byClient, otherwise } = readOptions(option, recoveryTable, given)
  return (client) => byClient.get(client) ?? otherwise
}

function readByClient(given: unknown, option: string): ReadonlyMap<string, number> {
  if (typeof given !== 'object' || given === null)
    throw new ConfigError(option, 'must be an object of durations by client')
  const entries = Object.entries(given)
  return new Map(entries.map(([client, duration]) => [client, seconds().read(duration, option)]))
}

import { randomBytes } from 'node:crypto'
import { parseDuration, type Duration } from '../core/duration.js'
import { ConfigError } from '../core/errors.js'
import { checkOptionNames } from '../core/options.js'
import type { Signer } from '../core/sign.js'
import type { Claims } from '../core/token.js'
import type { SessionHooks } from './events.js'
import type { FamilyStore } from './ports.js'
import type { ServiceKeys } from './service-keys.js'

/** A subject as the application knows it at this moment. */
export interface SubjectState {
  /** Claims for the access token. Those that the issuer sets itself (`sub`, `sid`, `scope`, `exp`, …) are refused. */
  readonly claims: Claims
  /** Widest scope that the subject may have now; what a session has beyond it is left out. Default: no limit. */
  readonly scope?: string
}

/** How long a lost reply can be recovered from, by client. */
export interface RecoveryByClient {
  readonly byClient: Readonly<Record<string, Duration>>
  readonly otherwise: Duration
}

/** What {@link createIssuer} is told. Everything but the first four has a default. */
export interface IssuerOptions {
  /** Signs access tokens. The issuer sets `aud` when the session has one, `iat`, `exp`, `jti`; `iss` is the signer's. */
  readonly sign: Signer
  readonly families: FamilyStore
  readonly serviceKey: ServiceKeys
  /**
   * Reads the subject anew, at every refresh and at a login that brings no claims: role changes and disabled
   * accounts take effect here. Undefined refuses (SUBJECT_REFUSED); what it throws is "can not tell" (503).
   */
  readonly loadSubject: (subject: string) => Promise<SubjectState | undefined | null>
  /** Longest life of an access token. Default `15m`. */
  readonly accessTtl?: Duration
  /** End of a session, however often it is refreshed. Default `30d`. */
  readonly absoluteTtl?: Duration
  /** End of a session that is not refreshed. Default `7d`, or `absoluteTtl` when that is shorter. */
  readonly idleTtl?: Duration
  /** How long the token just replaced gets the same successor again. Default 10 s, at most 60 s. */
  readonly grace?: Duration
  /**
   * How long after a rotation the replaced token may still recover the session, when the reply was lost. Default
   * `1h`; 0 is strict. It can differ by client: strict for a back end, `1d` for an app on a train.
   */
  readonly recoverWithin?: Duration | RecoveryByClient
  /**
   * Width of the window around the middle of an access token's life from which `refreshAfter` is drawn. Default: a
   * fifth of `accessTtl`, at least 6 × `grace`. A smaller one would let a thief refresh in step with the owner.
   */
  readonly refreshWindow?: Duration
  /**
   * Shortens each access token's life by a random part of up to this fraction, 0 to 0.1, so that tokens made at one
   * moment do not expire at one moment. Default 0: `refreshAfter` already spreads the refreshes.
   */
  readonly expiryJitter?: number
  /**
   * Refuses the access tokens of a session from now on: `(entry) => revocation.revoke(entry)`. Without it the access
   * tokens of an ended session live on until they expire. The entry is kept for one `accessTtl`; tokens issued under a
   * longer one before would be good again after it, so verifiers must not take them: `maxTokenAge` equal to `accessTtl`
   * sees to that. All processes over one store must be one issuer: an entry refuses the tokens of the issuer it names.
   */
  readonly revoke?: (entry: { readonly sid: string }) => Promise<void>
  readonly hooks?: SessionHooks
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** Random bytes. Default: `randomBytes` of node:crypto. */
  readonly randomBytes?: (count: number) => Uint8Array
}

/** The options with their defaults, durations in seconds. */
export interface IssuerPolicy extends Required<Pick<IssuerOptions, 'sign' | 'families'>> {
  readonly serviceKey: ServiceKeys
  readonly loadSubject: IssuerOptions['loadSubject']
  readonly accessTtl: number
  readonly absoluteTtl: number
  readonly idleTtl: number
  readonly grace: number
  readonly recoverWithin: (client: string) => number
  readonly refreshWindow: number
  readonly expiryJitter: number
  readonly revoke: (entry: { readonly sid: string }) => Promise<void>
  readonly hooks: SessionHooks
  /** Whole seconds. */
  readonly now: () => number
  readonly randomBytes: (count: number) => Uint8Array
}

const optionNames = [
  'sign',
  'families',
  'serviceKey',
  'loadSubject',
  'accessTtl',
  'absoluteTtl',
  'idleTtl',
  'grace',
  'recoverWithin',
  'refreshWindow',
  'expiryJitter',
  'revoke',
  'hooks',
  'now',
  'randomBytes',
]
const hookNames = ['onRefreshed', 'onReplayed', 'onRecovered', 'onReused', 'onRolledBack']
const longestGrace = 60
/** A thief in step with the owner is caught when their refreshes fall apart by more than the grace. */
const windowPerGrace = 6

/** @throws ConfigError naming the option that is missing, unknown or dangerous */
export function resolveIssuer(options: IssuerOptions): IssuerPolicy {
  checkOptionNames(place, options, optionNames)
  const { hooks = {}, now = () => Date.now() / 1000, revoke = () => Promise.resolve() } = options
  checkOptionNames(`${place}.hooks`, hooks, hookNames)
  checkParts(options)
  return Object.freeze({
    sign: options.sign,
    families: options.families,
    serviceKey: options.serviceKey,
    loadSubject: options.loadSubject,
    ...resolveTimes(options),
    recoverWithin: resolveRecovery(options.recoverWithin ?? '1h'),
    expiryJitter: checkJitter(options.expiryJitter ?? 0),
    revoke,
    hooks: { ...hooks },
    now: () => Math.floor(now()),
    randomBytes: options.randomBytes ?? randomBytes,
  })
}

const place = 'createIssuer'

function checkParts(options: IssuerOptions): void {
  for (const name of ['sign', 'loadSubject'] as const) {
    if (typeof options[name] !== 'function') refuseOption(name, 'must be a function')
  }
  if (!has(options.families, 'rotate'))
    refuseOption('families', 'must be a family store, such as memoryStores().families')
  if (!has(options.serviceKey, 'tag'))
    refuseOption('serviceKey', 'must come from createServiceKeys')
  for (const name of ['revoke', 'now', 'randomBytes'] as const) {
    const part: unknown = options[name]
    if (part !== undefined && typeof part !== 'function') refuseOption(name, 'must be a function')
  }
}

/** Whether a part is what it is taken for; a whole set of stores, or bare bytes, are easily passed in its place. */
function has(part: unknown, name: string): boolean {
  return typeof part === 'object' && part !== null && name in part
}

type Times = Pick<IssuerPolicy, 'accessTtl' | 'absoluteTtl' | 'idleTtl' | 'grace' | 'refreshWindow'>

function resolveTimes(options: IssuerOptions): Times {
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

function seconds(name: string, duration: Duration): number {
  return parseDuration(duration, `${place}.${name}`)
}

function refuseOption(name: string, problem: string): never {
  throw new ConfigError(`${place}.${name}`, problem)
}

import { parseDuration, type Duration } from '../core/duration.js'
import { AuthError, ConfigError } from '../core/errors.js'
import { checkOptionNames } from '../core/options.js'
import type { VerifiedToken } from '../core/token.js'
import { margin, toEntry, type RevokeRequest } from './entry.js'
import type { RevocationStore } from './ports.js'
import { withDeadline } from './deadline.js'
import { createReplica, type RevocationEvent } from './replica.js'
import { RevocationTable } from './table.js'

/** What {@link createRevocation} is told. */
export interface RevocationOptions {
  readonly store: RevocationStore
  /**
   * `iss` of the tokens that `revoke` is about; tokens without `iss` are taken for its own. Entries name it: all
   * processes over one store must have the same, or one does not refuse what another has revoked.
   */
  readonly issuer: string
  /**
   * Longest life of any access token of this issuer that verifiers still take: an entry for a session, a subject, a
   * client or everything is kept for that long, and 360 s more. Tokens issued under a longer `accessTtl` before must
   * not outlive it: give every verifier `maxTokenAge` of the same length, or keep the longer value here until the last
   * of them has expired. An entry for a verified token (`{ token }`) is kept by that token's own `exp`.
   */
  readonly accessTtl: Duration
  /** How old the last answer of the store may be before nothing can be said any more. Default 10 s. */
  readonly maxStaleness?: Duration
  /** Milliseconds between two looks into the store. Default 200. */
  readonly pollEveryMs?: number
  /** Entries in this process beyond which `revoke` rejects. Default 1,000,000. */
  readonly maxEntries?: number
  /**
   * Told when the store was first read, can not be read, can be read again, or has lost entries. Worth a line in the
   * log each: the library writes none. What a listener throws is dropped. Default: nobody is told.
   */
  readonly onEvent?: (event: RevocationEvent) => unknown
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** A clock in seconds that never jumps, for staleness and against a system clock that does. Default: `performance.now() / 1000`. */
  readonly monotonic?: () => number
}

/** For health pages and metrics. */
export interface RevocationStatus {
  readonly ready: boolean
  readonly entries: number
  /** Seconds since the store last answered; undefined before it ever has. */
  readonly staleness: number | undefined
  /** Place in the store's order up to which this process has read. */
  readonly position: number
}

/** What is no longer good, as this process knows it. */
export interface Revocation {
  /**
   * Resolves when this process enforces it and the store has confirmed it. When it rejects because of the store, this
   * process enforces it all the same, until it stops.
   *
   * @throws AuthError STORE_UNAVAILABLE (the store, or `maxEntries`), CLAIM_MISSING; TypeError, RangeError for a
   * request that makes no sense
   */
  revoke(request: RevokeRequest): Promise<void>
  /**
   * Whether a token has been revoked. In memory, no waiting.
   *
   * @throws AuthError REVOCATION_UNKNOWN (503) when this process can not tell
   */
  isRevoked(token: VerifiedToken<unknown>): boolean
  /** Reads the whole store once and follows it from then on. @throws AuthError STORE_UNAVAILABLE */
  start(): Promise<void>
  /** Whether {@link isRevoked} can tell at this moment. */
  ready(): boolean
  status(): RevocationStatus
  /** Stops following. Within `maxStaleness` everything becomes unknown. */
  close(): void
}

/**
 * Builds the list of what is no longer good: held in this process, kept in a store, followed by polling, so that
 * processes over one store see each other's revocations within about `pollEveryMs`.
 *
 * Entries are forgotten, here and in the store, only by a clock that has run evenly for as long as they live, at most a
 * day: a system clock that jumps ahead and is put right again revives no token, unless it was wrong for longer.
 *
 * What it does not do: be told by the store (it asks), put back what the store has lost (this process goes on enforcing
 * it, a new one does not know of it), or notice a store that was put back and has grown past the old place since.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous
 * @example
 * const revocation = createRevocation({ store, issuer: 'https://auth.example', accessTtl: '15m' })
 * await revocation.start()
 * const gate = jwtServer({ verify, isRevoked: (token) => revocation.isRevoked(token) })
 */
export function createRevocation(options: RevocationOptions): Revocation {
  const policy = resolveRevocation(options)
  const { store, issuer, accessTtl, now } = policy
  const table = new RevocationTable({ life: accessTtl + margin })
  const settleAfter = Math.min(accessTtl + margin, longestSettling)
  const replica = createReplica({ ...policy, table, settleAfter })

  const ready = (): boolean => {
    const staleness = replica.staleness()
    return staleness !== undefined && staleness <= policy.maxStaleness
  }

  return Object.freeze({
    revoke: async (request: RevokeRequest) => {
      const entry = toEntry(request, { issuer, accessTtl, now: now() })
      if (!table.has(entry) && table.size >= policy.maxEntries) {
        throw new AuthError('STORE_UNAVAILABLE', {}, { cause: new Error('maxEntries is reached') })
      }
      table.add(entry)
      await withDeadline(() => store.add(entry))
    },
    isRevoked: ({ payload }: VerifiedToken<unknown>) => {
      if (table.refuses(payload.iss ?? issuer, payload, now())) return true
      if (!ready()) throw new AuthError('REVOCATION_UNKNOWN', { retryAfter: 1 })
      return false
    },
    start: () => replica.start(),
    ready,
    status: () => ({
      ready: ready(),
      entries: table.size,
      staleness: replica.staleness(),
      position: replica.position,
    }),
    close: () => {
      replica.close()
    },
  })
}

/** Seconds: a process that lives for a day sweeps the store, however long access tokens live. */
const longestSettling = 86_400

const place = 'createRevocation'
const optionNames = [
  'store',
  'issuer',
  'accessTtl',
  'maxStaleness',
  'pollEveryMs',
  'maxEntries',
  'onEvent',
  'now',
  'monotonic',
]

interface RevocationPolicy extends Required<RevocationOptions> {
  readonly accessTtl: number
  readonly maxStaleness: number
}

function resolveRevocation(options: RevocationOptions): RevocationPolicy {
  checkOptionNames(place, options, optionNames)
  const { store, issuer, now = () => Date.now() / 1000 } = options
  const given: unknown = store
  if (typeof given !== 'object' || given === null || !('add' in given))
    refuseOption('store', 'must be a revocation store, such as memoryStores().revocations')
  if (typeof issuer !== 'string' || issuer === '') refuseOption('issuer', 'must be text')
  return {
    store,
    issuer,
    accessTtl: positive('accessTtl', parseDuration(options.accessTtl, `${place}.accessTtl`)),
    maxStaleness: parseDuration(options.maxStaleness ?? 10, `${place}.maxStaleness`),
    pollEveryMs: positive('pollEveryMs', options.pollEveryMs ?? 200),
    maxEntries: positive('maxEntries', options.maxEntries ?? 1_000_000),
    onEvent: options.onEvent ?? (() => undefined),
    now: () => Math.floor(now()),
    monotonic: options.monotonic ?? (() => performance.now() / 1000),
  }
}

function positive(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  return refuseOption(name, 'must be a whole number above 0')
}

function refuseOption(name: string, problem: string): never {
  throw new ConfigError(`${place}.${name}`, problem)
}

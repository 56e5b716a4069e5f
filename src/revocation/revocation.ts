import type { Duration } from '../foundation/duration.js'
import { AuthError, ConfigError } from '../foundation/errors.js'
import {
  clock,
  count,
  funcOr,
  milliseconds,
  part,
  seconds,
  text,
} from '../foundation/option-kinds.js'
import { readOptions, type OptionTable, type OptionValues } from '../foundation/options.js'
import type { VerifiedToken } from '../token/token.js'
import { margin, namesOf, toEntry, type RevokeRequest } from './entry.js'
import type { RevocationStore } from './ports.js'
import { storeDeadlineMs } from './store-deadline.js'
import { askStore } from '../foundation/ask-store.js'
import { createReplica, type Replica, type RevocationEvent } from './feed/follower.js'
import { RevocationTable } from './table/table.js'

/** What {@link createRevocation} is told. */
export interface RevocationOptions {
  /** Where revocations are kept: `revocations` of a store. */
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
  /** Milliseconds between two heartbeats through the store. Default 1000. */
  readonly beatEveryMs?: number
  /**
   * Milliseconds for each heartbeat: a feed that misses one has ended, and another is opened. Two of them and
   * `beatEveryMs` must fit into `maxStaleness`. Default 1000.
   */
  readonly deadlineMs?: number
  /** Entries in this process beyond which `revoke` rejects. Default 1,000,000. */
  readonly maxEntries?: number
  /**
   * Told when the store was first read, its feed has ended or stands again, and when it had lost entries. Worth a line in the
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
  /** Seconds since the beginning of the last heartbeat that came back; undefined before the first. */
  readonly staleness: number | undefined
  /** Changes when the store began anew; undefined before it was first read. */
  readonly epoch: string | undefined
}

/** What is no longer good, as this process knows it. */
export interface Revocation {
  /**
   * Resolves when this process enforces it and the store has confirmed it. When it rejects because of the store, this
   * process enforces it all the same, until it stops, and gives it to the store again when that answers.
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
  /**
   * Whether a token has been revoked, with a question to the store itself: for the few routes where even the moment that
   * a revocation takes to reach this process is too long. Does not depend on {@link ready}.
   *
   * @throws AuthError STORE_UNAVAILABLE
   * @example createGate({ verify, isRevoked: (token) => revocation.isRevokedStrict(token) })
   */
  isRevokedStrict(token: VerifiedToken<unknown>): Promise<boolean>
  /**
   * Reads the whole store and follows it from then on. Over a store that nobody has used before it takes up to a second:
   * every token of the second of its start is refused.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  start(): Promise<void>
  /** Whether {@link isRevoked} can tell at this moment. */
  ready(): boolean
  status(): RevocationStatus
  /** Stops following. Within `maxStaleness` everything becomes unknown. */
  close(): void
}

/**
 * Builds the list of what is no longer good: held in this process, kept in a store, followed by a feed, so that
 * processes over one store hear of each other's revocations as soon as the store can tell.
 *
 * Entries are forgotten, here and in the store, only by a clock that has run evenly for as long as they live, at most a
 * day: a system clock that jumps ahead and is put right again revives no token, unless it was wrong for longer.
 *
 * What the store has lost this process goes on enforcing, and puts back. A store that has lost everything begins anew
 * with an entry that refuses all tokens issued until then: each client refreshes once.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous
 * @example
 * const revocation = createRevocation({ store, issuer: 'https://auth.example', accessTtl: '15m' })
 * await revocation.start()
 * const gate = createGate({ verify, isRevoked: (token) => revocation.isRevoked(token) })
 */
export function createRevocation(options: RevocationOptions): Revocation {
  const policy = readRevocationOptions(options)
  const { accessTtl } = policy
  const table = new RevocationTable({ life: accessTtl + margin })
  const replica = createReplica({
    ...policy,
    table,
    settleAfter: Math.min(accessTtl + margin, longestSettling),
    whenNew: () => allUntil(Math.floor(policy.now()), policy),
  })
  const ready = (): boolean => {
    const staleness = replica.staleness()
    return staleness !== undefined && staleness <= policy.maxStaleness
  }
  return Object.freeze({
    revoke: createRevoke(policy, table, replica),
    ...createQuestions(policy, table, ready),
    start: () => replica.start(),
    ready,
    status: () => ({
      ready: ready(),
      entries: table.size,
      staleness: replica.staleness(),
      epoch: replica.epoch,
    }),
    close: () => {
      replica.close()
    },
  })
}

function createRevoke(
  { store, issuer, accessTtl, maxEntries, now }: RevocationPolicy,
  table: RevocationTable,
  replica: Replica,
): Revocation['revoke'] {
  return async (request) => {
    const entry = toEntry(request, { issuer, accessTtl, now: Math.floor(now()) })
    if (!table.has(entry) && table.size >= maxEntries)
      throw new AuthError('STORE_UNAVAILABLE', {}, { cause: new Error('maxEntries is reached') })
    table.add(entry)
    try {
      await askStore(storeDeadlineMs, () => store.add([entry]))
      replica.expect(entry)
    } catch (error) {
      replica.owe()
      throw error
    }
  }
}

function createQuestions(
  { store, issuer, now }: RevocationPolicy,
  table: RevocationTable,
  ready: () => boolean,
): Pick<Revocation, 'isRevoked' | 'isRevokedStrict'> {
  const isRefused = ({ payload }: VerifiedToken<unknown>): boolean =>
    table.refuses(payload.iss ?? issuer, payload, now)
  return {
    isRevoked: (token) => {
      if (isRefused(token)) return true
      if (!ready()) throw new AuthError('REVOCATION_UNKNOWN', { retryAfter: 1 })
      return false
    },
    isRevokedStrict: async (token) => {
      if (isRefused(token)) return true
      const names = namesOf(token.payload.iss ?? issuer, token.payload)
      for (const entry of await askStore(storeDeadlineMs, () => store.find(names))) table.add(entry)
      return isRefused(token)
    },
  }
}

function allUntil(before: number, { issuer, accessTtl }: RevocationPolicy) {
  return { kind: 'all', issuer, before, expiresAt: before + accessTtl + margin } as const
}

/** Seconds: a process that lives for a day sweeps the store, however long access tokens live. */
const longestSettling = 86_400

/** Options of `createRevocation`. */
export const revocationTable = {
  store: part<RevocationStore>('a revocation store, such as memoryStores().revocations', ['open']),
  issuer: text(),
  accessTtl: seconds({ least: 1 }),
  maxStaleness: seconds({ default: 10 }),
  beatEveryMs: milliseconds({ default: 1000 }),
  deadlineMs: milliseconds({ default: 1000 }),
  maxEntries: count({ default: 1_000_000 }),
  onEvent: funcOr<NonNullable<RevocationOptions['onEvent']>>(() => undefined),
  now: clock(),
  monotonic: funcOr<() => number>(() => performance.now() / 1000),
} satisfies OptionTable<keyof RevocationOptions>

type RevocationPolicy = OptionValues<typeof revocationTable>

function readRevocationOptions(options: RevocationOptions): RevocationPolicy {
  const policy = readOptions('createRevocation', revocationTable, options)
  const { beatEveryMs, deadlineMs, maxStaleness } = policy
  if (beatEveryMs + 2 * deadlineMs > maxStaleness * 1000)
    throw new ConfigError(
      'createRevocation.maxStaleness',
      'must have room for beatEveryMs and twice deadlineMs',
    )
  return policy
}

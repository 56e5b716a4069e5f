import { askStore } from '../foundation/ask-store.js'
import type { Duration } from '../foundation/duration.js'
import { AuthError, ConfigError } from '../foundation/errors.js'
import {
  clock,
  count,
  funcOr,
  milliseconds,
  oneOf,
  type OptionTable,
  type OptionValues,
  part,
  readOptions,
  seconds,
  text,
} from '../foundation/options.js'
import type { IssuedAfter } from '../token/issued-after.js'
import type { Claims, VerifiedToken } from '../token/token.js'
import { beyondKnown, mostAhead } from './cut-off.js'
import { createFolding } from './fold.js'
import { margin, namesOf, toEntry, type RevokeRequest } from './entry.js'
import type { RevocationStore } from './ports.js'
import { createFollower, type Follower, type RevocationEvent } from './feed/follower.js'
import type { Restoration } from './feed/restoration.js'
import { createStaleQuestions, unknown } from './stale-questions.js'
import { storeDeadlineMs } from './store-deadline.js'
import { RevocationTable } from './table/table.js'

/** Options of {@link createRevocation}. */
export interface RevocationOptions {
  /** Where revocations are kept: `revocations` of a store. */
  readonly store: RevocationStore
  /**
   * `iss` of the tokens that `revoke` refuses, unless the request names another issuer; a token without `iss` counts as one
   * of them. Entries carry it, so they refuse no token of another issuer with the same `jti`, `sid` or `sub`: all processes
   * over one store must use the same value, or one process does not enforce what another has revoked.
   */
  readonly issuer: string
  /**
   * The longest life of any access token of this issuer that verifiers still accept. An entry for a session, a subject, a
   * client or everything is kept for that long, plus 360 s. Before you shorten it, make sure that tokens with the longer
   * life cannot outlive their entries: give every verifier a `maxTokenAge` of the new length, or keep the longer value
   * here until the last of those tokens has expired. An entry for a verified token (`{ token }`) is kept by the `exp` of
   * that token.
   */
  readonly accessTtl: Duration
  /** How old the last successful heartbeat may be before {@link Revocation.isRevoked} throws. Default 10 s. */
  readonly maxStaleness?: Duration
  /**
   * What `isRevoked` does beyond `maxStaleness`, and before the store was first read. `'refuse'` throws.
   * `'ask'` asks the store: for hosts that stop a process between two requests, or start one for a request. It answers then
   * with a promise, and the first request after 15 s is answered in one round trip. Where the store cannot prove that it is the
   * primary and has the epoch that this process knows, it rejects with REVOCATION_UNKNOWN, as it does beyond 64 questions at
   * a time. With `'ask'` staleness is also counted by `now`, because a monotonic clock may stand still with the machine.
   * Default `'refuse'`.
   */
  readonly whenStale?: 'refuse'
  /** Milliseconds between two heartbeats through the store. Default 1000. */
  readonly heartbeatEveryMs?: number
  /**
   * Milliseconds for each heartbeat. A feed that misses one is closed, and another one is opened. `maxStaleness` must have
   * room for `heartbeatEveryMs` and two of these. Default 1000.
   */
  readonly deadlineMs?: number
  /** Entries in this process from which on `revoke` rejects; not urgent ones at nine tenths of it. Default 1,000,000. */
  readonly maxEntries?: number
  /**
   * Called when the store was first read, when its feed has ended, when another feed is open, and when the store had lost
   * entries. Log each event: the library writes no log. Exceptions of the listener are ignored. Default: no listener.
   */
  readonly onEvent?: (event: RevocationEvent) => unknown
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** Seconds on a clock that never jumps, for staleness and to detect jumps of `now`. Default: `performance.now() / 1000`. */
  readonly monotonic?: () => number
}

/** Options of {@link createRevocation} where processes are stopped and started: see `whenStale`. */
export interface AskingRevocationOptions extends Omit<RevocationOptions, 'whenStale'> {
  readonly whenStale: 'ask'
}

/** For health pages and metrics. */
export interface RevocationStatus {
  readonly ready: boolean
  readonly entries: number
  /** Seconds since the start of the last successful heartbeat; undefined before the first. */
  readonly staleness: number | undefined
  /**
   * Random id of the data in the store: it changes when the store was emptied and started again. Undefined before the
   * store was first read.
   */
  readonly epoch: string | undefined
  /**
   * Seconds that the cut-off of an `all` entry lies ahead of this process's clock: by about so much a clock is or was
   * wrong, this one or that of the process that wrote it. Usually 0.
   */
  readonly cutOffAhead: number
}

/** The revoked tokens, as this process knows them. */
export interface Revocation {
  /**
   * Revokes. Resolves when this process enforces the entry and the store has acknowledged it. When it rejects because of
   * the store, this process enforces the entry anyway until it stops, and writes it again once the store is available.
   *
   * Of one subject eight tokens and sessions are revoked one by one at a time. For each further one, a cut-off refuses all
   * tokens of the subject that were issued up to that one's time: its other sessions have to refresh, and stay.
   *
   * @throws AuthError STORE_UNAVAILABLE (the store, or `maxEntries`), CLAIM_MISSING; TypeError or RangeError for an
   * invalid request
   */
  revoke(request: RevokeRequest): Promise<void>
  /**
   * Whether a token has been revoked. Looks only into memory.
   *
   * @throws AuthError REVOCATION_UNKNOWN (503) when this process has not heard from the store for too long
   */
  isRevoked(token: VerifiedToken<unknown>): boolean
  /**
   * Whether a session has been revoked by its name. Looks only into memory, and answers from what it knows when this process
   * has not heard from the store: for the refreshes of `createSessions`, which ask the sessions' own store as well.
   *
   * @example createSessions({ …, isRevoked: (sid) => revocation.isSidRevoked(sid) })
   */
  isSidRevoked(sid: string): boolean
  /**
   * Whether a token has been revoked, asking the store: for the few routes that cannot accept the short delay until a
   * revocation reaches this process. Does not depend on {@link ready}.
   *
   * @throws AuthError STORE_UNAVAILABLE
   * @example createGate({ verify, isRevoked: (token) => revocation.isRevokedStrict(token) })
   */
  isRevokedStrict(token: VerifiedToken<unknown>): Promise<boolean>
  /**
   * Cut-offs more than a minute ahead of this process's clock, which a wrong clock has written, and which would refuse
   * tokens with these claims until that time; usually undefined. Give it to the signer, so that the tokens it makes now
   * say that they were issued afterwards. They are valid at once, and every token issued before stays refused.
   *
   * @example createSigner({ …, issuedAfter: (claims) => revocation.cutOffsAhead(claims) })
   */
  cutOffsAhead(claims: Claims): IssuedAfter | undefined
  /**
   * Reads the whole store and follows it from then on. Over an unused store it takes up to a second, because all tokens
   * issued up to the second of the first start are refused.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  start(): Promise<void>
  /** Whether {@link isRevoked} can answer at this moment, without asking the store. */
  ready(): boolean
  status(): RevocationStatus
  /** Stops following the store. After `maxStaleness`, {@link isRevoked} throws for every token that is not revoked. */
  close(): void
}

/** A {@link Revocation} with `whenStale: 'ask'`. Gates and guards take its answers as they are. */
export interface AskingRevocation extends Omit<Revocation, 'isRevoked'> {
  /**
   * Whether a token has been revoked. Looks into memory, and asks the store when this process has not heard from it for too
   * long: only then the answer is a promise.
   *
   * @throws AuthError REVOCATION_UNKNOWN (503), as a rejection, when the store does not answer, or cannot prove what it knows
   * @example createGate({ verify, isRevoked: (token) => revocation.isRevoked(token) })
   */
  isRevoked(token: VerifiedToken<unknown>): boolean | Promise<boolean>
}

/**
 * Creates the list of revoked tokens. It is kept in memory and in a store, and follows the store by a feed: processes over
 * one store enforce each other's revocations as soon as the store delivers them.
 *
 * Expired entries are removed, here and in the store, only after the system clock has run evenly for the life of an entry,
 * at most a day. So no revoked token becomes valid when the clock jumps ahead and is corrected, unless it was wrong for
 * longer than that.
 *
 * Entries that the store has lost stay enforced here and are written to it again. A store that has lost everything starts
 * a new epoch with an entry that refuses all tokens issued until then: each client refreshes once.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous
 * @example
 * const revocation = createRevocation({ store, issuer: 'https://auth.example', accessTtl: '15m' })
 * await revocation.start()
 * const gate = createGate({ verify, isRevoked: (token) => revocation.isRevoked(token) })
 */
export function createRevocation(options: AskingRevocationOptions): AskingRevocation
export function createRevocation(options: RevocationOptions): Revocation
export function createRevocation(
  options: RevocationOptions | AskingRevocationOptions,
): AskingRevocation {
  const policy = readRevocationOptions(options)
  const { accessTtl } = policy
  const table = new RevocationTable({ life: accessTtl + margin, issuer: policy.issuer })
  const aheadOf = (claims: Claims) => cutOffsAhead(policy, table, claims)
  const follower = createFollower({
    ...policy,
    table,
    settleAfter: Math.min(accessTtl + margin, longestSettling),
    firstEntry: () => firstEntry(policy),
  })
  const ready = createReady(policy, follower)
  return Object.freeze({
    revoke: createRevoke(effective(policy, table), table, follower.restoration),
    ...createQuestions(policy, table),
    isRevoked: createQuestion(policy, { table, follower, ready }),
    cutOffsAhead: aheadOf,
    start: () => follower.start(),
    ready,
    status: () => ({
      ready: ready(),
      entries: table.size,
      staleness: follower.staleness(),
      epoch: follower.epoch,
      cutOffAhead: Math.max(0, (aheadOf({})?.all ?? 0) - Math.floor(policy.now())),
    }),
    close: () => {
      follower.close()
    },
  })
}

function createRevoke(
  { store, issuer, accessTtl, maxEntries, now }: RevocationPolicy,
  table: RevocationTable,
  restoration: Restoration,
): Revocation['revoke'] {
  const fold = createFolding({ life: accessTtl + margin, has: (entry) => table.has(entry) })
  const reserve = Math.floor(maxEntries / 10)
  return async (request) => {
    const at = Math.floor(now())
    const entry = fold(request, toEntry(request, { issuer, accessTtl, now: at }), at)
    const most = request.urgent === true ? maxEntries : maxEntries - reserve
    if (table.size >= most && !table.has(entry))
      throw new AuthError('STORE_UNAVAILABLE', {}, { cause: new Error('maxEntries is reached') })
    table.add(entry)
    try {
      await askStore(storeDeadlineMs, () => store.add([entry]))
      restoration.expectInFeed(entry)
    } catch (error) {
      restoration.request()
      throw error
    }
  }
}

function createReady(
  { maxStaleness, whenStale }: RevocationPolicy,
  follower: Follower,
): () => boolean {
  return () => {
    const staleness = follower.staleness()
    if (staleness === undefined || staleness > maxStaleness) return false
    if (whenStale === 'refuse') return true
    const byWall = follower.wallStaleness() ?? Infinity
    // A clock that was put back says nothing about the time that has passed.
    return byWall >= -1 && byWall <= maxStaleness
  }
}

/** Whether an entry that is known here refuses a token. */
function createRefused(
  { issuer, now }: Pick<RevocationPolicy, 'issuer' | 'now'>,
  table: RevocationTable,
) {
  return ({ payload }: VerifiedToken<unknown>): boolean =>
    table.refuses(payload.iss ?? issuer, payload, now)
}

interface QuestionParts {
  readonly table: RevocationTable
  readonly follower: Follower
  readonly ready: () => boolean
}

/** Answers without allocating anything, but for a token about which memory alone cannot tell. */
function createQuestion(
  { store, issuer, now, whenStale }: RevocationPolicy,
  { table, follower, ready }: QuestionParts,
): AskingRevocation['isRevoked'] {
  const isRefused = createRefused({ issuer, now }, table)
  const confirm = createStaleQuestions({
    issuer,
    ask: async (question) => (await store.ask?.(question)) ?? Promise.reject(unknown()),
    epoch: () => follower.epoch,
    add: (entry) => {
      table.add(entry)
    },
  })
  const ask = async (token: VerifiedToken<unknown>): Promise<boolean> => {
    const { isProven } = await confirm(namesOf(token.payload.iss ?? issuer, token.payload))
    if (isRefused(token)) return true
    if (!isProven) throw unknown(new Error('the store has another epoch'))
    return false
  }
  return (token) => {
    if (isRefused(token)) return true
    if (ready()) return false
    follower.wake()
    if (whenStale === 'ask') return ask(token)
    throw unknown()
  }
}

function createQuestions(
  { store, issuer, now }: RevocationPolicy,
  table: RevocationTable,
): Pick<Revocation, 'isSidRevoked' | 'isRevokedStrict'> {
  const isRefused = createRefused({ issuer, now }, table)
  return {
    // Dated after every cut-off: only the entry of that name counts.
    isSidRevoked: (sid) => table.refuses(issuer, { sid, iat: Infinity }, now),
    isRevokedStrict: async (token) => {
      if (isRefused(token)) return true
      const names = namesOf(token.payload.iss ?? issuer, token.payload)
      for (const entry of await askStore(storeDeadlineMs, () => store.find(names))) table.add(entry)
      return isRefused(token)
    },
  }
}

function cutOffsAhead(
  { issuer, now }: RevocationPolicy,
  table: RevocationTable,
  claims: Claims,
): IssuedAfter | undefined {
  return table.cutOffsAfter(claims.iss ?? issuer, claims, Math.floor(now()) + mostAhead)
}

/** With a store in which each new cut-off changes something, whatever a wrong clock has written there. */
function effective(policy: RevocationPolicy, table: RevocationTable): RevocationPolicy {
  const { store, now } = policy
  const add: RevocationStore['add'] = async (entries) => {
    const context = { store, now: Math.floor(now()) }
    const added = await Promise.all(entries.map((entry) => beyondKnown(entry, context)))
    for (const entry of added) table.add(entry)
    await store.add(added)
  }
  return { ...policy, store: { ...store, add } }
}

/**
 * Up to now, by the later of this clock and the store's: processes whose clocks are ahead of this one may have issued
 * tokens that the store no longer knows to be revoked.
 */
async function firstEntry({ store, issuer, accessTtl, now }: RevocationPolicy) {
  const before = Math.floor(Math.max(now(), (await store.clock?.()) ?? 0))
  return { kind: 'all', issuer, before, expiresAt: before + accessTtl + margin } as const
}

/** Seconds: a process that runs for a day sweeps the store, however long access tokens live. */
const longestSettling = 86_400

/** Options of `createRevocation`. */
export const revocationTable = {
  store: part<RevocationStore>('a revocation store, such as memoryStores().revocations', ['open']),
  issuer: text(),
  accessTtl: seconds({ least: 1 }),
  maxStaleness: seconds({ default: 10 }),
  whenStale: oneOf<'refuse' | 'ask'>(['refuse', 'ask'], { default: 'refuse' }),
  heartbeatEveryMs: milliseconds({ default: 1000 }),
  deadlineMs: milliseconds({ default: 1000 }),
  maxEntries: count({ default: 1_000_000 }),
  onEvent: funcOr<NonNullable<RevocationOptions['onEvent']>>(() => undefined),
  now: clock(),
  monotonic: funcOr<() => number>(() => performance.now() / 1000),
} satisfies OptionTable<keyof RevocationOptions>

type RevocationPolicy = OptionValues<typeof revocationTable>

function readRevocationOptions(
  options: RevocationOptions | AskingRevocationOptions,
): RevocationPolicy {
  const policy = readOptions('createRevocation', revocationTable, options)
  const { heartbeatEveryMs, deadlineMs, maxStaleness, whenStale, store } = policy
  if (whenStale === 'ask' && typeof store.ask !== 'function')
    throw new ConfigError('createRevocation.whenStale', "'ask' needs a store with the method ask")
  if (heartbeatEveryMs + 2 * deadlineMs > maxStaleness * 1000)
    throw new ConfigError(
      'createRevocation.maxStaleness',
      'must be at least heartbeatEveryMs plus twice deadlineMs',
    )
  return policy
}

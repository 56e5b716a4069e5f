import { AuthError } from '../../foundation/errors.js'
import { notify } from '../../foundation/listener.js'
import type { SkippedEntry } from '../../key/jwk-set.js'
import type { PinnedHeader } from '../../token/header.js'
import type { FoundKeys } from '../../token/key-source.js'
import { noUsableKey, pickKeys, type UsableKeys } from '../usable-keys.js'
import { fetchSet, type FetchedSet } from './fetch-set.js'
import { hasLost, isAlive, timesOf, type HeldSet } from './held-set.js'
import { RemoteProblem } from './problem.js'
import type { RemoteJwksEvent, RemoteJwksStatus } from './remote-events.js'
import type { RemotePolicy } from './remote-options.js'

/** A pause without fetches. */
interface Pause {
  readonly from: number
  readonly until: number
}

const none: Pause = { from: -Infinity, until: -Infinity }

/**
 * This process's copy of the set at one URL, and the rules for refreshing it. It has no timers: a lookup starts a
 * fetch, and at most one fetch runs at a time.
 */
export class JwksCache {
  readonly #policy: RemotePolicy
  #held: HeldSet | undefined
  /** Of the newest valid set. */
  #skipped: readonly SkippedEntry[] = []
  #removals = 0
  #failures = 0
  #problem: RemoteProblem | undefined
  /** The pause after a failure. */
  #backoff = none
  /** The pause after a fetch for an unknown `kid`. */
  #cooldown = none
  #flight: Promise<void> | undefined

  constructor(policy: RemotePolicy) {
    this.#policy = policy
    if (policy.startingSet) this.#begin(policy.startingSet)
    warn(policy)
  }

  /** As if fetched now, but due to be refreshed. */
  #begin({ keys, skipped }: UsableKeys): void {
    const { now, maxAge: freshFor, staleIfError } = this.#policy
    const times = timesOf({ now: now(), freshFor, staleIfError, spread: 0 })
    this.#skipped = skipped
    this.#held = { keys, etag: undefined, ...times, refreshAt: times.confirmedAt }
  }

  /** @throws AuthError KEYS_UNAVAILABLE; a promise rejects with the same */
  find(header: PinnedHeader): FoundKeys | Promise<FoundKeys> {
    const now = this.#policy.now()
    const held = this.#alive(now)
    if (!held) return this.#afterFetch(header, now)
    const found = pickKeys(held.keys, header)
    if (!found) return this.#findUnknown(header, now)
    // After an idle time the set may be old: ask before trusting it. While asking fails, no caller waits for it.
    if (this.#isUnsure(held, now)) return this.#afterFetch(header, now)
    this.#refreshAhead(held, now)
    return found
  }

  /** Odd while a set is past its time and not yet confirmed: then every token is verified anew. */
  version(): number {
    const now = this.#policy.now()
    const held = this.#alive(now)
    if (held) this.#refreshAhead(held, now)
    return 2 * this.#removals + (held && this.#isUnsure(held, now) ? 1 : 0)
  }

  /** Fetches the set unless it is already there. @throws AuthError KEYS_UNAVAILABLE */
  async load(): Promise<void> {
    const now = this.#policy.now()
    const held = this.#alive(now)
    const isStartingSet = held !== undefined && held.keys === this.#policy.startingSet?.keys
    if (!held || (isStartingSet && !isWithin(this.#backoff, now))) await this.#fetchHeld(now)
  }

  status(): RemoteJwksStatus {
    const now = this.#policy.now()
    const held = this.#alive(now)
    const trouble = this.#problem && {
      problem: { kind: this.#problem.kind, message: this.#problem.message },
      retryAt: this.#backoff.until,
    }
    const common = { skipped: this.#skipped, failures: this.#failures, ...trouble }
    if (!held) return { state: 'none', kids: [], ...common }
    const { confirmedAt, freshUntil, deadAt } = held
    const state = now < freshUntil ? 'fresh' : 'stale'
    const kids = [...held.keys.keys()]
    return { state, kids, confirmedAt, freshUntil, deadAt, ...common }
  }

  /** The held set; a dead one is dropped here, together with everything verified by it. */
  #alive(now: number): HeldSet | undefined {
    if (this.#held && !isAlive(this.#held, now)) {
      this.#held = undefined
      this.#removals++
    }
    return this.#held
  }

  #isUnsure({ freshUntil }: HeldSet, now: number): boolean {
    return now >= freshUntil && this.#failures === 0
  }

  #refreshAhead({ refreshAt }: HeldSet, now: number): void {
    if (now >= refreshAt && !isWithin(this.#backoff, now)) void this.#fetch()
  }

  #findUnknown(header: PinnedHeader, now: number): undefined | Promise<FoundKeys> {
    if (header.kid === undefined) return undefined
    if (!this.#flight) {
      if (isWithin(this.#cooldown, now)) {
        this.#checkReachable(now)
        return undefined
      }
      if (!isWithin(this.#backoff, now))
        this.#cooldown = { from: now, until: now + this.#policy.cooldown }
    }
    return this.#afterFetch(header, now)
  }

  async #afterFetch(header: PinnedHeader, now: number): Promise<FoundKeys> {
    const held = await this.#fetchHeld(now)
    const found = pickKeys(held.keys, header)
    if (!found && header.kid !== undefined) this.#checkReachable(now)
    return found
  }

  async #fetchHeld(now: number): Promise<HeldSet> {
    if (!this.#flight && isWithin(this.#backoff, now)) throw this.#unavailable(now)
    await this.#fetch()
    const held = this.#alive(this.#policy.now())
    if (!held) throw this.#unavailable(now)
    return held
  }

  /** While the server fails, an unknown key cannot be told from a new one. */
  #checkReachable(now: number): void {
    if (this.#failures > 0) throw this.#unavailable(now)
  }

  #unavailable(now: number): AuthError {
    const retryAfter = Math.max(1, Math.ceil(this.#backoff.until - now))
    return new AuthError('KEYS_UNAVAILABLE', { retryAfter }, { cause: this.#problem })
  }

  /** Never rejects; the error is in `#problem`. */
  #fetch(): Promise<void> {
    this.#flight ??= fetchSet(this.#policy, this.#held?.etag)
      .then((fetched) => {
        this.#accept(fetched)
      })
      .catch((error: unknown) => {
        this.#fail(error)
      })
      .finally(() => {
        this.#flight = undefined
      })
    return this.#flight
  }

  #accept(fetched: FetchedSet): void {
    const { now, random, staleIfError } = this.#policy
    const lifetime = { now: now(), freshFor: fetched.freshFor, staleIfError, spread: random() }
    const old = this.#held
    if (fetched.kind === 'unchanged') {
      // The set may have died meanwhile; then the next lookup fetches it completely.
      if (old) this.#held = { ...old, ...timesOf(lifetime) }
      this.#succeed({ type: 'unchanged' })
      return
    }
    const { keys, etag, skipped } = fetched
    const removed = hasLost(old, keys)
    if (removed) this.#removals++
    this.#skipped = skipped
    this.#held = keys.size === 0 ? undefined : { keys, etag, ...timesOf(lifetime) }
    // Such a set is valid, so it withdraws what was there: `staleIfError` is for answers that are not.
    if (keys.size === 0) this.#fail(new RemoteProblem('set', `the set ${noUsableKey}`), removed)
    else this.#succeed({ type: 'fetched', keys: keys.size, skipped, removed })
  }

  #succeed(event: RemoteJwksEvent): void {
    this.#failures = 0
    this.#problem = undefined
    this.#backoff = none
    this.#tell(event)
  }

  #fail(error: unknown, removed = false): void {
    const problem =
      error instanceof RemoteProblem
        ? error
        : new RemoteProblem('network', 'the set could not be fetched', { cause: error })
    this.#failures++
    this.#problem = problem
    const { now, random, maxBackoff } = this.#policy
    const longest = Math.min(2 ** (this.#failures - 1), maxBackoff)
    const retryAfter = longest * (0.5 + 0.5 * random())
    const from = now()
    this.#backoff = { from, until: from + retryAfter }
    const { kind, message } = problem
    const failures = this.#failures
    this.#tell({ type: 'failed', problem: kind, message, removed, failures, retryAfter })
  }

  #tell(event: RemoteJwksEvent): void {
    notify(this.#policy.onEvent, event)
  }
}

/** A clock that was put back ends a pause, which would otherwise grow by the size of the jump. */
function isWithin({ from, until }: Pause, now: number): boolean {
  return now >= from && now < until
}

/** Said once, at the start: to the listener, or without one as a warning of the process. */
function warn({ insecureHttp: hosts, onEvent }: RemotePolicy): void {
  if (hosts.length === 0) return
  if (onEvent) notify<RemoteJwksEvent>(onEvent, { type: 'insecure', hosts })
  else
    process.emitWarning(`remoteJwks asks for keys over plain http: ${hosts.join(', ')}`, {
      code: 'JOTGATE_INSECURE_HTTP',
    })
}

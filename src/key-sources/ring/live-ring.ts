import { AuthError, ConfigError } from '../../foundation/errors.js'
import { notify } from '../../foundation/listener.js'
import type { Key } from '../../key/key.js'
import type { PinnedHeader } from '../../token/header.js'
import { publishedSet, type PublishedSet } from '../published.js'
import { infoOf, type KeyRingStatus, type RingKeyInfo } from './ring-info.js'
import { RingKeys } from './ring-keys.js'
import type { KeyRingEvent, RingPolicy } from './ring-options.js'
import { activeKey, broughtForward, nextKey, removedAt, without } from './ring-state.js'
import { RingWriter, type RingChange } from './ring-writer.js'
import { RingProblem, SealedStore, type RingAt } from './sealed-store.js'

/** An unknown `kid` makes the ring read the store, at most once in this many seconds. */
const lookEvery = 1

const unchanged: RingChange = (ring) => ring

/** The ring in this process. `KeyRing` documents the methods. */
export class LiveRing {
  readonly #policy: RingPolicy
  readonly #writer: RingWriter
  #keys = new RingKeys({ keys: [] })
  #revision = 0
  /** When the store was last asked successfully. */
  #confirmedAt = -Infinity
  #removals = 0
  #nextRemoval = Infinity
  #problem: string | undefined
  #look: Promise<void> | undefined
  /** Whether the latest read of the store returned the ring, changed or not. */
  #wasRead = false
  #lookedAt = -Infinity
  #timer: NodeJS.Timeout | undefined
  #closed = false
  #published: { readonly version: string; readonly set: PublishedSet } | undefined

  constructor(policy: RingPolicy) {
    this.#policy = policy
    this.#writer = new RingWriter(new SealedStore(policy.store, policy.encryptionKeys), policy)
  }

  async start(): Promise<void> {
    await this.refresh()
    this.#schedule()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  refresh(): Promise<void> {
    this.#look ??= this.#lookIn().finally(() => {
      this.#look = undefined
    })
    return this.#look
  }

  async rotate(): Promise<RingKeyInfo> {
    const { times, now } = this.#policy
    await this.refresh()
    await this.#change((ring, moment) => broughtForward(ring, moment, times))
    const { ring } = this.#keys
    const next = nextKey(ring, now()) ?? activeKey(ring, now())
    if (!next) throw this.#unavailable('the key ring has no key to rotate to')
    return infoOf(next, now(), times)
  }

  async revoke(kid: string): Promise<boolean> {
    let found = false
    await this.#change((ring, now) => {
      const rest = without(ring, kid, now)
      if (rest !== ring) found = true
      return rest
    })
    return found
  }

  signingKey(): Key {
    const now = this.#policy.now()
    this.#checkStaleness(now)
    const key = this.#keys.signer(now, this.#policy.times)
    if (!key)
      throw this.#unavailable('the key ring has expired: none of its keys may sign any more')
    return key
  }

  find({ kid }: PinnedHeader): Key | undefined | Promise<Key | undefined> {
    const now = this.#policy.now()
    this.#checkStaleness(now)
    if (kid === undefined) return undefined
    const key = this.#keys.find(kid, now, this.#policy.times)
    if (key || (now >= this.#lookedAt && now < this.#lookedAt + lookEvery)) return key
    this.#lookedAt = now
    return this.#findAnew(kid)
  }

  /** Odd while the state is unknown, so that no earlier verification counts meanwhile. */
  version(): number {
    const now = this.#policy.now()
    if (now >= this.#nextRemoval) this.#noteRemoval(now)
    return 2 * this.#removals + (this.#isStale(now) ? 1 : 0)
  }

  publishedSet(): PublishedSet {
    const now = this.#policy.now()
    this.#checkStaleness(now)
    const version = `${String(this.#revision)} ${String(this.version())}`
    if (this.#published?.version !== version) {
      const { times, maxAge } = this.#policy
      const set = publishedSet(this.#keys.published(now, times), maxAge)
      this.#published = { version, set }
    }
    return this.#published.set
  }

  list(): readonly RingKeyInfo[] {
    const { now, times } = this.#policy
    const time = now()
    return this.#keys.ring.keys
      .filter((key) => time < removedAt(key, times))
      .map((key) => infoOf(key, time, times))
  }

  status(): KeyRingStatus {
    const now = this.#policy.now()
    const known = this.#confirmedAt > -Infinity
    return {
      ready: !this.#isStale(now) && this.#keys.signer(now, this.#policy.times) !== undefined,
      revision: this.#revision,
      staleness: known ? now - this.#confirmedAt : undefined,
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    }
  }

  async #findAnew(kid: string): Promise<Key | undefined> {
    await this.refresh().catch(() => {
      if (this.#wasRead) return // It was read, although it could not be changed.
      throw this.#unavailable('the store cannot be asked for a key unknown to this process')
    })
    return this.#keys.find(kid, this.#policy.now(), this.#policy.times)
  }

  /** Each poll keeps the ring complete; when that fails, its keys are used for as long as they may sign. */
  async #lookIn(): Promise<void> {
    try {
      await this.#change(unchanged)
    } catch (error) {
      const { now, times } = this.#policy
      if (!this.#wasRead || !this.#keys.signer(now(), times)) throw error
    }
  }

  async #change(change: RingChange): Promise<void> {
    const asked = this.#policy.now()
    let seen: RingAt | undefined
    try {
      const written = await this.#writer.change(change, (read) => {
        seen = read
        this.#take(read, asked)
      })
      this.#problem = undefined
      this.#take(written, asked)
    } catch (error) {
      const message = describe(error)
      this.#problem = seen ? `could be read, but not changed: ${message}` : message
      this.#tell({ type: 'failed', message: this.#problem })
      throw error
    } finally {
      this.#wasRead = seen !== undefined
    }
  }

  /** The store's answer holds for the moment of the request, not of the answer. */
  #take(at: RingAt, asked: number): void {
    this.#confirmedAt = Math.max(this.#confirmedAt, asked)
    if (at.revision > this.#revision) this.#adopt(at)
  }

  #adopt({ ring, revision }: RingAt): void {
    const before = this.#keys
    this.#keys = new RingKeys(ring, before)
    this.#revision = revision
    const removed = this.#keys.hasLost(before.ring.keys.map(({ kid }) => kid))
    if (removed) this.#removals++
    this.#nextRemoval = this.#soonest(this.#policy.now())
    this.#tell({ type: 'changed', revision, removed })
  }

  #noteRemoval(now: number): void {
    this.#removals++
    this.#nextRemoval = this.#soonest(now)
  }

  #soonest(now: number): number {
    const times = this.#keys.ring.keys.map((key) => removedAt(key, this.#policy.times))
    return Math.min(Infinity, ...times.filter((time) => time > now))
  }

  #schedule(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      // Errors have been recorded and reported.
      void this.refresh()
        .catch(() => undefined)
        .then(() => {
          this.#schedule()
        })
    }, this.#policy.pollEveryMs).unref()
  }

  #isStale(now: number): boolean {
    return now - this.#confirmedAt > this.#policy.maxStaleness
  }

  #checkStaleness(now: number): void {
    if (this.#isStale(now))
      throw this.#unavailable('the key ring has not been read for longer than maxStaleness')
  }

  #unavailable(problem: string): AuthError {
    return new AuthError('KEYS_UNAVAILABLE', { retryAfter: 1 }, { cause: new RingProblem(problem) })
  }

  #tell(event: KeyRingEvent): void {
    notify(this.#policy.onEvent, event)
  }
}

/** Never the message of a foreign error: it could contain anything. */
function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (!(error instanceof AuthError)) return 'the key ring could not be read'
  return error.cause instanceof RingProblem ? error.cause.message : error.message
}

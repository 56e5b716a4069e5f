import { randomBytes } from 'node:crypto'
import { attempt, type AttemptEnd } from './attempt.js'
import { keepEnd, type EndParts } from './keep-end.js'
import type { LeasedMessage, Place } from './leases.js'
import type { Handler } from './message.js'
import type { Slots } from './slots.js'
import { createTargetHealth, type HealthParts, type TargetHealth } from './target-health.js'

/** What every lane uses. */
export interface LaneParts extends EndParts, HealthParts {
  readonly slots: Slots
  readonly limits: LaneLimits
  /** Aborted when running deliveries must be given back. */
  readonly stopping: AbortSignal
  /** Whether new deliveries may begin. */
  readonly isClosed: () => boolean
  /** Called when a delivery has ended, and its end is written down. */
  readonly onEnd: (lane: Lane, end: AttemptEnd) => void
}

/** Bounds of a lane. */
export interface LaneLimits {
  /** Deliveries at once to one target. */
  readonly perTarget: number
  /** Milliseconds for one attempt. */
  readonly deadlineMs: number
  /** Milliseconds until another process takes a message over; longer than an attempt. */
  readonly leaseMs: number
}

/**
 * The deliveries of this process to one target.
 *
 * @example new Lane({ topic: 'webhook', target }, handler, parts).wake()
 */
export class Lane {
  readonly place: Place
  readonly #handler: Handler
  readonly #parts: LaneParts
  readonly #health: TargetHealth
  /** None of these promises rejects. */
  readonly #pending = new Set<Promise<void>>()
  #running = 0
  #mayHaveMore = false
  #isLeasing = false

  constructor(place: Place, handler: Handler, parts: LaneParts) {
    this.place = place
    this.#handler = handler
    this.#parts = parts
    this.#health = createTargetHealth(place, parts)
  }

  /** Deliveries that run. */
  get running(): number {
    return this.#running
  }

  /** Milliseconds that the target still rests after failures; 0: it does not. */
  get restsFor(): number {
    return this.#health.restsFor()
  }

  /** Whether nothing runs, and nothing is remembered about the target. */
  get isIdle(): boolean {
    return this.#pending.size === 0 && !this.#mayHaveMore && this.#health.isForgettable()
  }

  /** Something may be due: it is leased and delivered as soon as there is room. */
  wake(): void {
    this.#mayHaveMore = true
    this.pump()
  }

  /** There may be room now for what is due. */
  pump(): void {
    if (this.#mayHaveMore && this.#room() > 0) this.#watch(this.#leaseMore())
  }

  /** Resolves when nothing runs. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  #watch(work: Promise<void>): void {
    this.#pending.add(work)
    void work.then(() => this.#pending.delete(work))
  }

  #room(): number {
    const { slots, limits, isClosed } = this.#parts
    if (isClosed() || this.#isLeasing || this.restsFor > 0) return 0
    const most = this.#health.isWell() ? limits.perTarget : 1
    return Math.min(most - this.#running, slots.free())
  }

  async #leaseMore(): Promise<void> {
    const { slots } = this.#parts
    const count = this.#room()
    this.#isLeasing = true
    this.#mayHaveMore = false
    slots.take(count)
    const taken = await this.#take(count)
    this.#isLeasing = false
    slots.giveBack(count - taken.length)
    this.#running += taken.length
    for (const message of taken) this.#watch(this.#deliver(message))
    // A message that was added meanwhile has set it too.
    this.#mayHaveMore ||= taken.length === count
    this.pump()
  }

  async #take(count: number): Promise<readonly LeasedMessage[]> {
    const { leases, log, limits } = this.#parts
    // Another one each time: when this process has a message again, its earlier attempt can no longer put it off.
    const lease = randomBytes(9).toString('base64url')
    try {
      return await leases.take(this.place, { lease, leaseMs: limits.leaseMs, count })
    } catch (error) {
      log.warn({ err: error, ...this.place }, 'messages could not be leased: tried again later')
      return []
    }
  }

  async #deliver(message: LeasedMessage): Promise<void> {
    const { log, stopping, slots, limits, onEnd } = this.#parts
    const onFault = (error: unknown): void => {
      log.error({ err: error, ...this.place }, 'a delivery failed within this program')
    }
    const { deadlineMs } = limits
    const end = await attempt(message, this.#handler, { deadlineMs, stopping, onFault })
    this.#health.note(end)
    await keepEnd(message, end, this.#parts)
    this.#running--
    slots.giveBack(1)
    onEnd(this, end)
  }
}

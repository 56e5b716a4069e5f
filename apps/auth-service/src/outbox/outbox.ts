import type { Logger } from 'pino'
import type { SqlDatabase, SqlStatement } from 'jotgate/stores/sqlite'
import { createAdding } from './adding.js'
import { createAlarm, type Alarm } from './alarm.js'
import { databaseClock, type DatabaseKind } from './database-clock.js'
import type { LaneLimits } from './lane.js'
import { createLanes } from './lanes.js'
import { createLeases, type Place } from './leases.js'
import { createLoads } from './loads.js'
import { createLook } from './look.js'
import type { Handler, Message, OutboxStatus } from './message.js'
import { migrateOutbox } from './outbox-schema.js'
import { createWaiting } from './waiting.js'

/** Messages that must leave the service at least once, by any of its processes. */
export interface Outbox {
  /**
   * Adds a message, which is delivered from then on. A message that is there already is not added again.
   *
   * @returns false, and counts and logs it, when too many messages wait for its target: it is dropped
   * @throws AuthError STORE_UNAVAILABLE
   */
  add(message: Message): Promise<boolean>
  /**
   * The statement that adds a message, for a transaction together with what the message is about. Call `wake` after it.
   *
   * @example await database.batch([change, outbox.statementOf(message)]); outbox.wake()
   */
  statementOf(message: Message): SqlStatement
  /** Looks now for messages that are due; otherwise this process finds those of others within five seconds. */
  wake(): void
  /** From now on this process delivers the messages of a topic. */
  deliver(topic: string, handler: Handler): void
  /** As of a few seconds ago. */
  status(): OutboxStatus
  /** Begins no more deliveries, waits a moment for those that run, and gives the others back to other processes. */
  close(): Promise<void>
}

/** Options of {@link createOutbox}. */
export interface OutboxParts {
  readonly database: SqlDatabase
  readonly kind: DatabaseKind
  /** The same database, with the deadline of a start; default: `database`. */
  readonly starting?: SqlDatabase
  readonly log: Logger
  readonly limits?: Partial<OutboxLimits>
  /** Unix milliseconds, for tests. Default: the clock of PostgreSQL, or of this machine over a file. */
  readonly now?: () => number
  /** From 0 to 1. Default `Math.random`: it spreads attempts and is not security-relevant. */
  readonly random?: () => number
}

/** Bounds of an outbox. */
export interface OutboxLimits extends LaneLimits {
  /** Deliveries at once of this process. Default 32; of one target 4. */
  readonly atOnce: number
  /** Messages that may wait for one target, and those that other processes add within `lookEvery`. Default 20,000. */
  readonly most: number
  /** Milliseconds that a message is tried for. Default a day. */
  readonly giveUpAfter: number
  /** Milliseconds that a message is kept after it was given up. Default a week. */
  readonly keepFailed: number
  /** Milliseconds after which this process looks for messages of others. Default 5 s. */
  readonly lookEvery: number
  /** Milliseconds that `close` waits for running deliveries. Default 3 s. */
  readonly patience: number
}

const day = 86_400_000

/** Defaults of {@link OutboxLimits}. */
export const usualLimits: OutboxLimits = {
  ...{ perTarget: 4, deadlineMs: 15_000, leaseMs: 60_000 },
  ...{ atOnce: 32, most: 20_000, giveUpAfter: day, keepFailed: 7 * day },
  ...{ lookEvery: 5_000, patience: 3_000 },
}

/**
 * Opens the outbox, and creates its table if it is missing.
 *
 * @throws ConfigError when the database is two or more versions ahead; AuthError STORE_UNAVAILABLE
 * @example
 * const outbox = await createOutbox({ database, kind: 'sqlite', log })
 * outbox.deliver('webhook', { serves: () => true, send: ({ target, body }) => post(target, body) })
 * await outbox.add({ id: event.id, topic: 'webhook', target, body })
 */
export async function createOutbox(parts: OutboxParts): Promise<Outbox> {
  const { database, starting = database, log } = parts
  await migrateOutbox(starting)
  const limits = { ...usualLimits, ...parts.limits }
  const counts = createCounts()
  const { adding, found, lanesOf } = openRooms(parts, limits, counts.count)
  const alarm = createAlarm(async () => {
    const loads = await found.look()
    lanes.wake(loads.filter(({ dueIn }) => dueIn <= 0))
    return soonest(limits.lookEvery, loads)
  })
  const lanes = lanesOf(alarm)
  const warnOfDropped = createWarning(log)
  alarm.within(0)
  return {
    add: async (message) => {
      if ((await adding.add(message)) === 'full') {
        counts.count('dropped')
        warnOfDropped(message)
        return false
      }
      lanes.wake([message])
      return true
    },
    statementOf: (message) => adding.statementOf(message),
    wake: () => {
      alarm.within(0)
    },
    deliver: (topic, handler) => {
      lanes.deliver(topic, handler)
      alarm.within(0)
    },
    status: () => ({ ...found.status(), ...counts.status() }),
    close: async () => {
      await alarm.stop()
      await lanes.close(limits.patience)
    },
  }
}

/** The parts over the table. */
function openRooms(parts: OutboxParts, limits: OutboxLimits, count: (name: string) => void) {
  const { database, kind, log, now = Date.now, random = Math.random } = parts
  const clock = databaseClock(kind, parts.now)
  const leases = createLeases(database, clock)
  const { keepFailed, most } = limits
  const waiting = createWaiting(most)
  return {
    adding: createAdding({ database, clock, waiting, limits }),
    found: createLook(createLoads(database, clock), { log, keepFailed, counts: waiting }),
    lanesOf: ({ within: onRest }: Alarm) =>
      createLanes({ leases, log, now, random, limits, count, onRest }),
  }
}

/** Milliseconds until the next look: until the first message is due that is not due yet. */
function soonest(lookEvery: number, loads: readonly { readonly dueIn: number }[]): number {
  return Math.min(lookEvery, ...loads.map(({ dueIn }) => dueIn).filter((ms) => ms > 0))
}

/** How often each thing has happened. */
function createCounts() {
  const counts = new Map<string, number>()
  const of = (name: string) => counts.get(name) ?? 0
  return {
    count: (name: string): void => {
      counts.set(name, of(name) + 1)
    },
    status: (): Pick<OutboxStatus, 'delivered' | 'attemptsFailed' | 'dropped'> => ({
      delivered: of('delivered'),
      attemptsFailed: of('failed') + of('gone'),
      dropped: of('dropped'),
    }),
  }
}

/** Says once a minute for each target that messages are dropped. */
function createWarning(log: Logger): (place: Place) => void {
  const saidAt = new Map<string, number>()
  return ({ topic, target }) => {
    const name = JSON.stringify([topic, target])
    if (performance.now() - (saidAt.get(name) ?? -Infinity) < 60_000) return
    saidAt.set(name, performance.now())
    log.error({ topic, target }, 'a message is dropped: too many wait for its target')
  }
}

import type { SqlDatabase, SqlValue } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import type { DatabaseClock } from './database-clock.js'
import type { Message } from './message.js'

/** Where messages go: the name of a lane. */
export type Place = Pick<Message, 'topic' | 'target'>

/** A message that this process has leased. */
export interface LeasedMessage extends Message {
  readonly lease: string
  /** Attempts begun, this one included. */
  readonly attempts: number
}

/** How much {@link Leases.take} takes. */
export interface LeaseRequest {
  /** A random name of the holder: only it can put the message off or give it back. */
  readonly lease: string
  readonly leaseMs: number
  readonly count: number
}

/** Leases of messages. All methods reject with AuthError STORE_UNAVAILABLE. */
export interface Leases {
  /** Leases messages that are due: no other process sees them until the lease ends. */
  take(place: Place, request: LeaseRequest): Promise<readonly LeasedMessage[]>
  /** Deletes a message that was delivered, even if another process has leased it meanwhile. */
  remove(message: Message): Promise<void>
  /** Ends a lease after a failed attempt. Returns whether the message was given up: its time has passed. */
  putOff(message: LeasedMessage, delayMs: number, problem: string): Promise<boolean>
  /** Gives a message up at once. */
  giveUp(message: LeasedMessage, problem: string): Promise<void>
  /** Ends a lease as if there had been no attempt. */
  giveBack(message: LeasedMessage): Promise<void>
}

const leased = z.object({ id: z.string(), body: z.string(), attempts: z.coerce.number() })

/** @example const leases = createLeases(database, databaseClock('postgres')) */
export function createLeases(database: SqlDatabase, clock: DatabaseClock): Leases {
  const texts = textsOf(clock)
  const end = (text: string, message: LeasedMessage, ...more: readonly SqlValue[]) => {
    const { topic, target, id, lease } = message
    return database.query(text, [clock.value(), topic, target, id, lease, ...more])
  }
  return {
    take: async ({ topic, target }, { lease, leaseMs, count }) => {
      const params = [clock.value(), topic, target, lease, leaseMs, count]
      const rows = await database.query(texts.take, params)
      return rows.map((row) => ({ ...leased.parse(row), topic, target, lease }))
    },
    remove: async ({ topic, target, id }) => {
      await database.query(texts.remove, [topic, target, id])
    },
    putOff: async (message, delayMs, problem) => {
      const rows = await end(texts.putOff, message, delayMs, problem)
      return rows.some(({ failed_at }) => failed_at !== null)
    },
    giveUp: async (message, problem) => {
      await end(texts.giveUp, message, problem)
    },
    giveBack: async (message) => {
      await end(texts.giveBack, message)
    },
  }
}

const held = 'topic = $2 AND target = $3 AND id = $4 AND lease = $5'

/** In all of them but `remove`, `$1` is the time. */
function textsOf({ now, skipLocked }: DatabaseClock) {
  return {
    take: `
WITH due AS MATERIALIZED (SELECT id FROM service_outbox
  WHERE topic = $2 AND target = $3 AND failed_at IS NULL AND due_at <= ${now}
  ORDER BY due_at LIMIT $6 ${skipLocked})
UPDATE service_outbox SET lease = $4, due_at = ${now} + $5, attempts = attempts + 1
WHERE topic = $2 AND target = $3 AND id IN (SELECT id FROM due)
RETURNING id, body, attempts`,
    remove: 'DELETE FROM service_outbox WHERE topic = $1 AND target = $2 AND id = $3',
    // The last attempt is when the time has passed.
    putOff: `
UPDATE service_outbox SET lease = NULL, problem = $7,
  due_at = CASE WHEN ${now} + $6 < give_up_at THEN ${now} + $6 ELSE give_up_at END,
  failed_at = CASE WHEN give_up_at <= ${now} THEN ${now} ELSE NULL END
WHERE ${held}
RETURNING failed_at`,
    giveUp: `UPDATE service_outbox SET lease = NULL, problem = $6, failed_at = ${now} WHERE ${held}`,
    giveBack: `UPDATE service_outbox SET lease = NULL, due_at = ${now}, attempts = attempts - 1 WHERE ${held}`,
  } as const
}

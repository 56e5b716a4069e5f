import { count, milliseconds, type OptionTable, text } from '../../foundation/options.js'
import { storeDeadline } from '../store-deadline.js'

/** Options of `redisStores`. */
export interface RedisStoresOptions {
  /** The beginning of every key. Default `jotgate`. */
  readonly prefix?: string
  /** Milliseconds after which an unanswered command becomes STORE_UNAVAILABLE. Default 250. */
  readonly deadlineMs?: number
  /**
   * How many replicas must confirm a revocation (by WAIT) before it counts as stored, and a heartbeat before it counts:
   * a primary that is cut off from them goes stale. With fewer, the result is STORE_UNAVAILABLE. Default 0.
   */
  readonly minReplicas?: number
}

/** Options of `redisStores`. */
export const redisStoresTable = {
  prefix: text({ default: 'jotgate' }),
  deadlineMs: milliseconds(storeDeadline),
  minReplicas: count({ default: 0, least: 0 }),
} satisfies OptionTable<keyof RedisStoresOptions>

import { count, milliseconds, type OptionTable, text } from '../../foundation/options.js'
import { storeDeadline } from '../store-deadline.js'

/** How the stores use Redis. */
export interface RedisStoresOptions {
  /** What every key begins with. Default `jotgate`. */
  readonly prefix?: string
  /** Milliseconds after which a command that was not answered is STORE_UNAVAILABLE. Default 250. */
  readonly deadlineMs?: number
  /**
   * Replicas that must have taken over a revocation, by WAIT, before it counts as kept, and a heartbeat before it counts
   * as one: a primary that is cut off from them goes stale. Fewer are STORE_UNAVAILABLE. Default 0.
   */
  readonly minReplicas?: number
}

/** Options of `redisStores`. */
export const redisStoresTable = {
  prefix: text({ default: 'jotgate' }),
  deadlineMs: milliseconds(storeDeadline),
  minReplicas: count({ default: 0, least: 0 }),
} satisfies OptionTable<keyof RedisStoresOptions>

import type { SqlDatabase } from 'jotgate/stores/sqlite'
import type { Configuration } from '../configuration/configuration.js'
import type { RedisConnection } from '../storage/redis.js'
import type { Lockouts } from './lockouts.js'
import { memoryLockouts } from './memory-lockouts.js'
import { postgresLockouts } from './postgres-limits.js'
import { redisLockouts } from './redis-lockouts.js'

/** Where lockouts are kept. */
export interface LockoutStores {
  readonly configuration: Pick<Configuration, 'loginLimits'>
  /** Where all processes count together. */
  readonly redis: RedisConnection | undefined
  /** A PostgreSQL where they do without Redis; undefined: with neither this process counts alone. */
  readonly postgres?: SqlDatabase | undefined
}

/** Seconds that an address stays known for an account after its last login from there, and wrong passwords are counted. */
export const knownFor = 14 * 86_400

/** Milliseconds. */
const times = { first: 30_000, longest: 3_600_000, kept: knownFor * 1000 } as const

/**
 * The lockouts of a service: in Redis if there is one, else over PostgreSQL, else of this process alone.
 *
 * @example await openLockouts({ configuration, redis, postgres }).list({ limit: 50 })
 */
export function openLockouts({ configuration, redis, postgres }: LockoutStores): Lockouts {
  const all = { ...times, allowance: configuration.loginLimits.account }
  if (redis !== undefined) return redisLockouts(redis, all)
  return postgres === undefined ? memoryLockouts(all) : postgresLockouts(postgres, all)
}

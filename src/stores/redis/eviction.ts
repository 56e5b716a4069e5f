import { ConfigError } from '../../foundation/errors.js'
import type { RedisConnection } from './port.js'

/**
 * Refuses a Redis that evicts keys: when memory is short it silently forgets revocations, and revoked tokens become
 * valid again. The policy is read from `INFO memory`, because `CONFIG` is often blocked.
 *
 * @throws ConfigError
 */
export async function requireNoEviction(connection: RedisConnection): Promise<void> {
  const info = await connection.command(['INFO', 'memory'])
  const [, policy] = /^maxmemory_policy:(\S+)/m.exec(String(info)) ?? []
  if (policy === 'noeviction') return
  throw new ConfigError(
    'redisStores.client',
    'is connected to a Redis whose maxmemory-policy is not noeviction: it would forget revocations when memory is short',
  )
}

import type { StoreClock } from '../../foundation/settled-time.js'
import type { RedisPort } from './port.js'
import { textsOf } from './reply.js'

/**
 * The clock of the primary that has a key.
 *
 * @example const { clock } = redisClock(port, key)
 */
export function redisClock(port: RedisPort, key: string): Required<StoreClock> {
  return {
    clock: async () => {
      const [seconds, microseconds] = textsOf(await port.command(key, ['TIME'])).map(Number)
      const time = (seconds ?? NaN) + (microseconds ?? NaN) / 1e6
      if (Number.isFinite(time)) return time
      throw new TypeError('Redis did not answer with its time')
    },
  }
}

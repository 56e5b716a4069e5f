import { createHash } from 'node:crypto'
import type { RedisScript } from './port.js'

/**
 * Before every script. Input: the last argument, a time of the server's clock in milliseconds after which the script
 * must not run any more. Output: `late` or `done`, the server's clock, and what the script returns.
 *
 * A command can lie in a client's queue, in a socket or before a stopped server long after its sender has given up and
 * asked elsewhere; what it would do then is a second effect.
 */
const fence = `
local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)
if clock > tonumber(table.remove(ARGV)) then return { 'late', clock } end
`

/**
 * Makes a script that `RedisPort.run` runs. Its text ends by `return`; `KEYS` and `ARGV` are as given.
 *
 * @example const increment = redisScript("return redis.call('INCR', KEYS[1])")
 */
export function redisScript(body: string): RedisScript {
  const text = `${fence}local function body()\n${body}\nend\nreturn { 'done', clock, body() }`
  return Object.freeze({ text, sha1: createHash('sha1').update(text).digest('hex') })
}

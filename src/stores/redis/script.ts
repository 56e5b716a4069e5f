import { createHash } from 'node:crypto'
import type { RedisScript } from './port.js'

/**
 * The beginning of every script. Input: the last argument, a time of the server's clock in milliseconds after which the
 * script must not run. Output: `late` or `done`, the server's clock, and the script's result.
 *
 * A command can wait in a client's queue, in a socket or at a stopped server long after its sender has given up and
 * asked elsewhere; if it ran then, it would take effect a second time.
 */
const fence = `
local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)
if clock > tonumber(table.remove(ARGV)) then return { 'late', clock } end
`

/**
 * Makes a script for `RedisPort.run`. Its text ends with `return`; `KEYS` and `ARGV` are as given.
 *
 * @example const increment = redisScript("return redis.call('INCR', KEYS[1])")
 */
export function redisScript(body: string): RedisScript {
  const text = `${fence}local function body()\n${body}\nend\nreturn { 'done', clock, body() }`
  return Object.freeze({ text, sha1: createHash('sha1').update(text).digest('hex') })
}

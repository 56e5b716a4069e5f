import type { RedisReply, StreamEntry } from './port.js'
import { isBytes, isError } from '../../foundation/realms.js'

/**
 * Checks a client's reply. Both clients return maps and doubles of RESP3 as the lists and text of RESP2.
 *
 * @throws TypeError for a value that is not a reply of Redis
 */
export function toReply(value: unknown): RedisReply {
  if (typeof value === 'string' || typeof value === 'number') return value
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (isBytes(value)) return value
  if (Array.isArray(value)) return value.map(toReply)
  throw new TypeError('a reply of Redis has an unknown form')
}

/**
 * The entries that XREAD of one stream found; empty when it waited in vain. RESP2 returns a list of pairs of a name and
 * entries, RESP3 a map, which arrives as one list of alternating names and entries.
 *
 * @throws TypeError for a reply that is not from XREAD
 */
export function streamEntries(reply: RedisReply): readonly StreamEntry[] {
  if (reply === null) return []
  const [first, second] = listOf(reply)
  const entries = Array.isArray(first) ? listOf(first)[1] : second
  return listOf(entries).map((entry) => {
    const [id, fields] = listOf(entry)
    return { id: textOf(id), fields: listOf(fields) }
  })
}

function listOf(reply: RedisReply | undefined): readonly RedisReply[] {
  if (Array.isArray(reply)) return reply as readonly RedisReply[] // Array.isArray forgets the members' type
  throw new TypeError('a reply of Redis is not a list')
}

function textOf(reply: RedisReply | undefined): string {
  if (typeof reply === 'string') return reply
  if (isBytes(reply)) return Buffer.from(reply).toString('utf8')
  throw new TypeError('a reply of Redis is not text')
}

/** @throws TypeError for a reply that is not a list of text; null stays null */
export function textsOf(reply: RedisReply): readonly (string | null)[] {
  if (!Array.isArray(reply)) throw new TypeError('a reply of Redis is not a list')
  return reply.map((each: unknown) => {
    if (typeof each === 'string' || each === null) return each
    throw new TypeError('a reply of Redis contains something other than text')
  })
}

/** Whether Redis itself answered with this error; a client throws it with the text of Redis. */
export function isAnswer(error: unknown, word: string): boolean {
  return isError(error) && error.message.startsWith(word)
}

import type { RedisReply, StreamEntry } from './port.js'

/**
 * What a client gives, looked at: both clients give maps and doubles of RESP3 as the lists and text that they were before.
 *
 * @throws TypeError for what Redis can not have said
 */
export function toReply(value: unknown): RedisReply {
  if (typeof value === 'string' || typeof value === 'number') return value
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(toReply)
  throw new TypeError('a reply of Redis has a form that is not known here')
}

/**
 * What XREAD of one stream found: nothing when it waited in vain. In RESP2 that is a list of pairs of a name and entries,
 * in RESP3 a map, which comes as one list of names and entries by turns.
 *
 * @throws TypeError for a reply that is not of XREAD
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
  throw new TypeError('a reply of Redis is no list')
}

function textOf(reply: RedisReply | undefined): string {
  if (typeof reply === 'string') return reply
  if (reply instanceof Uint8Array) return Buffer.from(reply).toString('utf8')
  throw new TypeError('a reply of Redis is no text')
}

/** @throws TypeError for a reply that is no list of text and nothing else; null stays null */
export function textsOf(reply: RedisReply): readonly (string | null)[] {
  if (!Array.isArray(reply)) throw new TypeError('a reply of Redis is no list')
  return reply.map((each: unknown) => {
    if (typeof each === 'string' || each === null) return each
    throw new TypeError('a reply of Redis holds something other than text')
  })
}

/** Whether Redis itself answered with this error, which a client throws with Redis' own words. */
export function isAnswer(error: unknown, word: string): boolean {
  return error instanceof Error && error.message.startsWith(word)
}

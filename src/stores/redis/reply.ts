import type { RedisReply } from './port.js'

/**
 * What a client gives, the same for every client and protocol: RESP3 has maps, booleans and doubles, which scripts and
 * streams had as lists, numbers and text before.
 *
 * @throws TypeError for what Redis can not have said
 */
export function toReply(value: unknown): RedisReply {
  if (typeof value === 'string' || typeof value === 'number') return value
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(toReply)
  if (value instanceof Map) return [...value].map(toReply)
  throw new TypeError('a reply of Redis has a form that is not known here')
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

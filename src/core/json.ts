import { isUtf8 } from 'node:buffer'
import { parseExact } from './exact-json.js'

/** What a strict parse came to: the object, or which rule was broken. */
export type StrictJson =
  | { readonly ok: true; readonly object: Record<string, unknown> }
  | { readonly ok: false; readonly problem: JsonProblem }

export type JsonProblem =
  'utf8' | 'syntax' | 'not an object' | 'depth' | 'duplicate' | 'prototype' | 'number'

/** How much a strict parse takes. */
export interface JsonLimits {
  readonly maxDepth: number
  /** Integers beyond 2^53 as exact `bigint`. Default false: they are refused. */
  readonly bigints?: boolean
}

/**
 * Parses one JSON object the way a token must be read, where two readers must never see two different things:
 * valid UTF-8 without a byte order mark, one object, member names unique at every depth (RFC 7515 section 4 and
 * 10.12 allow "last wins"; we refuse), no `__proto__`, bounded depth, no number that JavaScript would round or
 * overflow. The result is deeply frozen.
 *
 * @example parseStrictObject(Buffer.from('{"a":1,"a":2}'), { maxDepth: 32 }) // { ok: false, problem: 'duplicate' }
 */
export function parseStrictObject(bytes: Uint8Array, limits: JsonLimits): StrictJson {
  if (!isUtf8(bytes)) return { ok: false, problem: 'utf8' }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const members = countMembers(text, limits.maxDepth)
  if (members < 0) return { ok: false, problem: 'depth' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, problem: 'syntax' } // the parser's message quotes the text, so it goes no further
  }
  let counted = freezeAndCount(value)
  if (counted === 'number' && limits.bigints === true) {
    value = parseExact(text)
    counted = freezeAndCount(value)
  }
  if (typeof counted === 'string') return { ok: false, problem: counted }
  // JSON.parse keeps one member of each name, so fewer members than colons means that a name came twice.
  if (counted !== members) return { ok: false, problem: 'duplicate' }
  return isRecord(value) ? { ok: true, object: value } : { ok: false, problem: 'not an object' }
}

const quote = 0x22
const backslash = 0x5c

/** Colons outside strings, which is the number of members; -1 when brackets nest deeper than `maxDepth`. */
function countMembers(text: string, maxDepth: number): number {
  let members = 0
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case quote:
        i = endOfString(text, i + 1)
        break
      case 0x3a:
        members++
        break
      case 0x7b:
      case 0x5b:
        if (++depth > maxDepth) return -1
        break
      case 0x7d:
      case 0x5d:
        depth--
        break
    }
  }
  return members
}

function endOfString(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === backslash) i++
    else if (code === quote) return i
  }
  return text.length // an open string: JSON.parse will say so
}

/** Freezes a parsed value all the way down and counts its members; or names the rule it breaks. */
function freezeAndCount(value: unknown): number | JsonProblem {
  if (typeof value === 'number') return Number.isFinite(value) && !isRounded(value) ? 0 : 'number'
  if (typeof value !== 'object' || value === null) return 0
  let members = 0
  if (!Array.isArray(value)) {
    if (Object.hasOwn(value, '__proto__')) return 'prototype'
    members = Object.keys(value).length
  }
  for (const inner of Object.values(value)) {
    const counted = freezeAndCount(inner)
    if (typeof counted === 'string') return counted
    members += counted
  }
  Object.freeze(value)
  return members
}

/** Beyond 2^53 two different integers become one: an id would name somebody else. */
function isRounded(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

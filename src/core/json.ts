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
  /** Read only so many of the bytes. Default: all of them. */
  readonly length?: number
}

/**
 * Parses one JSON object the way a token must be read, where two readers must never see two different things:
 * valid UTF-8 without a byte order mark, one object, member names unique at every depth (RFC 7515 section 4 and
 * 10.12 allow "last wins"; we refuse), no `__proto__`, bounded depth, no number that JavaScript would round or
 * overflow. The result is deeply frozen.
 *
 * @example parseStrictObject(Buffer.from('{"a":1,"a":2}'), { maxDepth: 32 }) // { ok: false, problem: 'duplicate' }
 */
export function parseStrictObject(bytes: Buffer, limits: JsonLimits): StrictJson {
  const { length = bytes.byteLength } = limits
  const scanned = scan(bytes, length, limits.maxDepth)
  if (scanned === tooDeep) return { ok: false, problem: 'depth' }
  const isAscii = (scanned & 1) === 0
  if (!isAscii && !isUtf8(bytes.subarray(0, length))) return { ok: false, problem: 'utf8' }
  const text = bytes.toString(isAscii ? 'latin1' : 'utf8', 0, length)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, problem: 'syntax' } // the parser's message quotes the text, so it goes no further
  }
  let counted = freezeAndCount(value)
  if (counted === badNumber && limits.bigints === true) {
    value = parseExact(text)
    counted = freezeAndCount(value)
  }
  if (counted === badNumber) return { ok: false, problem: 'number' }
  if (counted === badName) return { ok: false, problem: 'prototype' }
  // JSON.parse keeps one member of each name, so fewer members than colons means that a name came twice.
  if (counted !== scanned >> 1) return { ok: false, problem: 'duplicate' }
  return isRecord(value) ? { ok: true, object: value } : { ok: false, problem: 'not an object' }
}

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a
/** `{` and `[`, `}` and `]` differ in this bit only. */
const caseBit = 0x20
const opening = 0x7b
const closing = 0x7d
const tooDeep = -1

/**
 * Counts the colons outside strings, which is the number of members: twice that number, plus one when a byte is beyond
 * ASCII; {@link tooDeep} when brackets nest deeper than `maxDepth`. A native pass for each question would cost more.
 */
function scan(bytes: Uint8Array, length: number, maxDepth: number): number {
  let members = 0
  let depth = 0
  let bits = 0
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0
    bits |= byte
    if (byte === quote) {
      for (i++; i < length; i++) {
        const inside = bytes[i] ?? 0
        bits |= inside
        if (inside === quote) break
        if (inside === backslash) i++ // what is escaped is ASCII, or JSON.parse refuses it
      }
    } else if (byte === colon) members++
    else if ((byte | caseBit) === opening && ++depth > maxDepth) return tooDeep
    else if ((byte | caseBit) === closing) depth--
  }
  return members * 2 + (bits > 0x7f ? 1 : 0)
}

const badNumber = -1
const badName = -2

/** Freezes a parsed value all the way down and counts its members; or {@link badNumber} or {@link badName}. */
function freezeAndCount(value: unknown): number {
  if (typeof value === 'number') return isExact(value) ? 0 : badNumber
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) return freezeAndCountItems(value)
  const record = value as Readonly<Record<string, unknown>> // JSON.parse makes no other objects
  const names = Object.keys(record)
  let members = names.length
  for (const name of names) {
    if (name === '__proto__') return badName
    const inner = record[name]
    if (typeof inner === 'string') continue
    const counted = freezeAndCount(inner)
    if (counted < 0) return counted
    members += counted
  }
  Object.freeze(value)
  return members
}

function freezeAndCountItems(items: readonly unknown[]): number {
  let members = 0
  for (const item of items) {
    const counted = freezeAndCount(item)
    if (counted < 0) return counted
    members += counted
  }
  Object.freeze(items)
  return members
}

/** Beyond 2^53 two different integers become one: an id would name somebody else. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import { isUtf8 } from 'node:buffer'
import { parseExact } from './exact-json.js'

/** The result of a strict parse: the object, or the rule that the text breaks. */
export type StrictJson =
  | { readonly ok: true; readonly object: Record<string, unknown> }
  | { readonly ok: false; readonly problem: JsonProblem }

export type JsonProblem =
  'utf8' | 'syntax' | 'not an object' | 'depth' | 'duplicate' | 'prototype' | 'number'

/** The limits of a strict parse. */
export interface JsonLimits {
  readonly maxDepth: number
  /** Whether integers beyond 2^53 become exact `bigint`s. Default false: they are refused. */
  readonly bigints?: boolean
  /**
   * Whether numbers that JavaScript rounds are taken rounded, as `JSON.parse` does; with `bigints` all but integers, which are
   * rounded only when they are longer than any double. Default false: they are refused.
   */
  readonly rounded?: boolean
  /** The number of bytes to read. Default: all of them. */
  readonly length?: number
}

/** A text, and what `JSON.parse` made of it; undefined when it is not JSON. */
interface Reading {
  readonly bytes: Buffer
  readonly text: string
  readonly parsed: { readonly value: unknown } | undefined
}

/**
 * Looks at every byte of a text: accepts one with spaces, escapes or more than ASCII, and says what is wrong with any
 * other. The result is deeply frozen.
 *
 * @example readStrictObject({ bytes, text, parsed: { value: JSON.parse(text) } }, { maxDepth: 32 })
 */
export function readStrictObject({ bytes, text, parsed }: Reading, limits: JsonLimits): StrictJson {
  const members = countMembers(bytes, limits.maxDepth)
  if (members === tooDeep) return { ok: false, problem: 'depth' }
  if (!isUtf8(bytes)) return { ok: false, problem: 'utf8' }
  if (!parsed) return { ok: false, problem: 'syntax' }
  let { value } = parsed
  const { bigints = false, rounded = false } = limits
  let counted = freezeAndCount(value, { bigints, rounded: rounded && !bigints })
  // Node 24 (V8 13.6) reads the name `"`, written with an escape, as `\` if an object before it had that name.
  const mayBeMisread = counted >= 0 && text.includes('\\')
  if (mayBeMisread || (counted === badNumber && bigints)) {
    value = parseExact(text, !bigints ? 0 : rounded ? digitsOfDoubles : Infinity)
    counted = freezeAndCount(value, limits)
  }
  if (counted === badNumber) return { ok: false, problem: 'number' }
  if (counted === badName) return { ok: false, problem: 'prototype' }
  // JSON.parse keeps one member of each name, so fewer members than colons means that a name came twice.
  if (counted !== members) return { ok: false, problem: 'duplicate' }
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

/** Counts the colons outside strings, which is the number of members; {@link tooDeep} past `maxDepth`. */
function countMembers(bytes: Uint8Array, maxDepth: number): number {
  const { length } = bytes
  let members = 0
  let depth = 0
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0
    if (byte === quote) {
      for (i++; i < length && bytes[i] !== quote; i++) if (bytes[i] === backslash) i++
    } else if (byte === colon) members++
    else if ((byte | caseBit) === opening && ++depth > maxDepth) return tooDeep
    else if ((byte | caseBit) === closing) depth--
  }
  return members
}

/** The largest double has so many. Reading longer integers exactly takes time that no one needs. */
const digitsOfDoubles = 309

type NumberLimits = Pick<JsonLimits, 'bigints' | 'rounded'>

const badNumber = -1
const badName = -2

/** Freezes a parsed value all the way down and counts its members; or {@link badNumber} or {@link badName}. */
function freezeAndCount(value: unknown, limits: NumberLimits): number {
  if (typeof value === 'bigint') return limits.bigints === true ? 0 : badNumber
  if (typeof value === 'number') return limits.rounded === true || isExact(value) ? 0 : badNumber
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) return freezeAndCountItems(value, limits)
  const record = value as Readonly<Record<string, unknown>> // JSON.parse makes no other objects
  const names = Object.keys(record)
  let members = names.length
  for (const name of names) {
    if (name === '__proto__') return badName
    const inner = record[name]
    if (typeof inner === 'string') continue
    const counted = freezeAndCount(inner, limits)
    if (counted < 0) return counted
    members += counted
  }
  Object.freeze(value)
  return members
}

function freezeAndCountItems(items: readonly unknown[], limits: NumberLimits): number {
  let members = 0
  for (const item of items) {
    const counted = freezeAndCount(item, limits)
    if (counted < 0) return counted
    members += counted
  }
  Object.freeze(items)
  return members
}

/** Beyond 2^53 two different integers become one: an id would name another user. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

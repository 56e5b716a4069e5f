import { nearestName } from '../../foundation/names.js'

/** Where a member of a request comes from. */
export type Source = 'json' | 'form' | 'path' | 'header'

/** Numbers allowed, ends included or not: `range=[1:10)`. */
export interface Range {
  readonly min?: number
  readonly max?: number
  readonly minIncluded: boolean
  readonly maxIncluded: boolean
  /** Whole ends beyond 2^53, as written: as numbers they are rounded. */
  readonly written?: { readonly min?: string; readonly max?: string }
}

/** What a struct tag says about one member. */
export interface MemberTag {
  readonly source: Source
  /** The name on the wire; empty when the tag gives none, `-` when the member never leaves the server. */
  readonly name: string
  readonly optional: boolean
  /** The value when none is sent, as written. */
  readonly default?: string
  /** The only values allowed, as written. */
  readonly options?: readonly string[]
  readonly range?: Range
  /** Of a text, in Unicode code points. */
  readonly length?: Range
  /** The value travels as a JSON string, as in `json:"id,string"`. */
  readonly asString: boolean
}

/** A tag read, or what is wrong with it. */
export type TagResult =
  | { readonly ok: true; readonly tag: MemberTag | undefined }
  | { readonly ok: false; readonly problem: string }

const sources: readonly Source[] = ['json', 'form', 'path', 'header']
const optionNames = [
  'optional',
  'omitempty',
  'omitzero',
  'default',
  'options',
  'range',
  'length',
  'string',
]
const passed = ['', 'inherit', 'env', 'example']
const pairPattern = /([A-Za-z_][\w-]*):"([^"]*)"\s*/y
/** RFC 9110 section 5.6.2. */
const headerName = /^[\w!#$%&'*+.^|~-]+$/
const rangePattern = /^([[(])(-?\d+(?:\.\d+)?)?:(-?\d+(?:\.\d+)?)?([\])])$/

/**
 * Reads a struct tag. Of several keys the first that names a source counts; a tag without one says nothing.
 *
 * @example readTag('`form:"page,default=1,range=[1:100]"`')
 */
export function readTag(raw: string): TagResult {
  const before = known.get(raw)
  if (before !== undefined) return before
  const result = readAnew(raw)
  if (known.size >= mostKnown) known.clear()
  known.set(raw, result)
  return result
}

/**
 * The keys of a struct tag that name a source, in their order.
 *
 * @example sourcesIn('`json:"id" path:"id"`') // ['json', 'path']
 */
export function sourcesIn(raw: string): readonly Source[] {
  const keys = [...raw.matchAll(/([A-Za-z_][\w-]*):"[^"]*"/g)].map(([, key]) => key)
  return keys.flatMap((key) => sources.find((name) => name === key) ?? [])
}

/** Each tag is asked for by the checks and by the generators, and a file's tags repeat themselves. */
const known = new Map<string, TagResult>()
const mostKnown = 4096

function readAnew(raw: string): TagResult {
  const text = raw.replace(/^`|`$/g, '').trim()
  pairPattern.lastIndex = 0
  let found: MemberTag | undefined
  while (pairPattern.lastIndex < text.length) {
    const rest = text.slice(pairPattern.lastIndex)
    const pair = pairPattern.exec(text)
    if (pair === null) return refused(slipIn(rest))
    const source = sources.find((name) => name === pair[1])
    if (source === undefined || found !== undefined) continue
    const read = readMember(source, pair[2] ?? '')
    if (!read.ok) return read
    found = read.tag
  }
  return { ok: true, tag: found }
}

/** What is wrong with a tag from where it cannot be read. */
function slipIn(rest: string): string {
  if (rest.startsWith(',')) return 'separate tags with a blank, not a comma'
  if (rest.startsWith(';')) return 'separate tags with a blank, not a semicolon'
  const [, key, gap, value = ''] = /^([A-Za-z_][\w-]*)(\s*:\s*|\s*=\s*)(.*)$/s.exec(rest) ?? []
  if (key === undefined || gap === undefined) return 'a tag is a list of key:"value"'
  if (!value.startsWith('"')) return `put the value of '${key}' in double quotes: ${key}:"…"`
  if (gap !== ':') return `write ${key}:"…", with a colon and no blank before the value`
  return `the value of '${key}' has no end: a double quote is missing`
}

function readMember(source: Source, value: string): TagResult {
  const [name = '', ...options] = splitOptions(value)
  let tag: MemberTag = { source, name: name.trim(), optional: false, asString: false }
  for (const option of options.map((each) => each.trim())) {
    const read = readOption(tag, option)
    if (typeof read === 'string') return refused(read)
    tag = read
  }
  if (source === 'header' && tag.name !== '' && !headerName.test(tag.name))
    return refused(`'${tag.name}' is no name of a header field`)
  const fallback = tag.default
  if (fallback !== undefined && tag.options?.includes(fallback) === false)
    return refused('the default is not one of the options')
  return { ok: true, tag }
}

function readOption(tag: MemberTag, option: string): MemberTag | string {
  const [key = '', ...rest] = option.split('=')
  const value = rest.join('=')
  switch (key) {
    case 'optional':
    case 'omitempty':
    case 'omitzero':
      return { ...tag, optional: true }
    case 'string':
      return { ...tag, asString: true }
    case 'default':
      return { ...tag, default: value }
    case 'options':
      return readChoices(tag, value)
    case 'range':
    case 'length': {
      const range = readRange(value)
      return range === undefined
        ? `a ${key} is written like [1:10) or [:5]`
        : { ...tag, [key]: range }
    }
    default:
      return misspelt(key) ?? tag
  }
}

/** Options for other tools pass; one spelt almost like ours would be a check that is silently not made. */
function misspelt(key: string): string | undefined {
  if (passed.includes(key)) return undefined
  const near = nearestName(key, [...optionNames, ...passed])
  return near === undefined
    ? undefined
    : `'${key}' is not an option of a tag; did you mean '${near}'?`
}

function readChoices(tag: MemberTag, value: string): MemberTag | string {
  const inner =
    value.startsWith('[') && value.endsWith(']') ? value.slice(1, -1).replaceAll(',', '|') : value
  const options = inner.split('|').map((choice) => choice.trim())
  return options.every((choice) => choice !== '') ? { ...tag, options } : 'an option is empty'
}

function readRange(text: string): Range | undefined {
  const match = rangePattern.exec(text)
  if (match === null) return undefined
  const [, open, low, high, close] = match
  if (low === undefined && high === undefined) return undefined
  const [min, max] = [low, high].map((each) => (each === undefined ? undefined : Number(each)))
  if (min !== undefined && max !== undefined && min > max) return undefined
  return {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    minIncluded: open === '[',
    maxIncluded: close === ']',
    ...(isUnsafe(low) || isUnsafe(high)
      ? { written: { ...(isUnsafe(low) && { min: low }), ...(isUnsafe(high) && { max: high }) } }
      : {}),
  }
}

/** Whether a text is an integer that a number would round. */
function isUnsafe(text: string | undefined): text is string {
  return text !== undefined && /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text))
}

/** Splits at commas, those inside brackets excepted. */
function splitOptions(value: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < value.length; at++) {
    const character = value.charAt(at)
    if ('[('.includes(character)) depth++
    if ('])'.includes(character)) depth--
    if (character !== ',' || depth > 0) continue
    parts.push(value.slice(start, at))
    start = at + 1
  }
  return [...parts, value.slice(start)]
}

function refused(problem: string): TagResult {
  return { ok: false, problem }
}

import { type SpecPlace } from '../language/places.js'
import { type SpecType } from '../language/spec.js'
import { type Range } from '../language/tags.js'
import { limitsOf, toWhole, wholeNumbers, wideNumbers } from '../runtime/schema/whole-numbers.js'
import { ApiSpecError } from './error.js'
import { exactOf, type Int64 } from './int64.js'
import { quote, typeName } from './text-as-code.js'
import { type FieldPlan, planNested, type TypePlan } from './plan-fields.js'

/** The schema of a type: a table of its fields for `jotgate/api-spec/schema`. */
export function emitSchema({ name, fields }: TypePlan, int64: Int64): string {
  const own = typeName(name)
  const site = { where: name, int64 }
  const rows = fields.map((field) => `  ${emitField(field, site)},\n`).join('')
  return `export const ${own}: $.Schema<${own}> = $.object<${own}>(() => [${rows === '' ? '' : `\n${rows}`}])\n`
}

/** Whose member is emitted, and how. */
interface Site {
  readonly where: string
  readonly int64: Int64
  /** Before names of types. Default: the file of the types itself. */
  readonly scope?: string
}

function emitField(field: FieldPlan, site: Site): string {
  const parts = [`name: ${quote(field.name)}`]
  if (field.source !== 'json') parts.push(`from: ${quote(field.source)}`)
  if (field.optional) parts.push('optional: true')
  if (field.source !== 'json' && isList(field.type)) parts.push('many: true')
  if (field.default !== undefined) parts.push(`fallback: ${emitDefault(field, site)}`)
  parts.push(`read: ${emitReader(field, site)}`)
  return `{ ${parts.join(', ')} }`
}

function isList(type: SpecType): boolean {
  return (type.kind === 'pointer' ? type.type : type).kind === 'array'
}

function emitReader(field: FieldPlan, site: Site): string {
  const { where } = site
  const { options, range, length, asString } = field
  const type = field.type.kind === 'pointer' ? field.type.type : field.type
  const text = field.source !== 'json'
  const exact = type.kind === 'primitive' ? exactOf(type.raw, site.int64) : undefined
  const isText =
    exact === undefined && (asString || (type.kind === 'primitive' && type.raw === 'string'))
  if (length !== undefined && !isText)
    throw new ApiSpecError(
      `type ${where}: only text has a length, not '${field.name}'`,
      placeOf(field, where),
    )
  if (exact !== undefined) {
    const limits = options?.map((option) => toExact(option, exact.whole, placeOf(field, where)))
    const rules = { ...exact, ...(limits && { options: limits }), ...(range && { range }) }
    return exactReader(rules, text || asString)
  }
  if (isText) return textReader(options, length)
  if (type.kind !== 'primitive') return readerOf(type, { ...site, text })
  const limits = Object.hasOwn(wholeNumbers, type.raw) || type.raw.startsWith('float')
  if (!limits) return readerOf(type, { ...site, text })
  const numbers = options?.map((option) => toNumber(option, placeOf(field, where)))
  return numberReader(type.raw, {
    text,
    ...(numbers === undefined ? {} : { options: numbers }),
    ...(range === undefined ? {} : { range }),
  })
}

interface Context extends Site {
  /** The value comes as text, from a query, a path or a header. */
  readonly text: boolean
}

/**
 * The reader of a type, for another file than that of the types.
 *
 * @example emitTypeReader(route.response, { int64, scope: 'types.' })
 */
export function emitTypeReader(type: SpecType, writing: Omit<Site, 'where'>): string {
  return readerOf(type, { ...writing, text: false, where: type.raw })
}

function readerOf(type: SpecType, context: Context): string {
  switch (type.kind) {
    case 'primitive': {
      const exact = exactOf(type.raw, context.int64)
      if (exact !== undefined) return exactReader(exact, context.text)
      if (type.raw === 'string') return '$.text()'
      if (type.raw === 'bool') return context.text ? '$.flagText' : '$.flag'
      return type.raw === 'any' ? '$.anything' : numberReader(type.raw, { text: context.text })
    }
    case 'interface':
      return '$.anything'
    case 'define':
      return `$.ref(() => ${context.scope ?? ''}${typeName(type.raw)})`
    case 'pointer':
      return readerOf(type.type, context)
    case 'array':
      return arrayReader(type, context)
    case 'map':
      return `$.record(${readerOf(type.value, { ...context, text: false })})`
    case 'nested': {
      const fields = planNested(type.members, context.where)
      return `$.nested([${fields.map((field) => emitField(field, context)).join(', ')}])`
    }
  }
}

function arrayReader(type: Extract<SpecType, { kind: 'array' }>, context: Context): string {
  if (type.raw === '[]byte' || type.raw === '[]uint8') return '$.text()'
  const length = /^\[(\d+)\]/.exec(type.raw)?.[1]
  return `$.list(${readerOf(type.value, context)}${length === undefined ? '' : `, ${length}`})`
}

interface NumberRules {
  readonly text: boolean
  readonly options?: readonly number[]
  readonly range?: Range
}

function numberReader(raw: string, { text, options, range }: NumberRules): string {
  const rules: string[] = []
  if (Object.hasOwn(wholeNumbers, raw)) rules.push(`whole: ${quote(raw)}`)
  if (options !== undefined) rules.push(`options: [${options.join(', ')}]`)
  if (range !== undefined) {
    rules.push(`range: ${emitRange(range)}`)
  }
  return `$.${text ? 'numberText' : 'number'}(${rules.length === 0 ? '' : `{ ${rules.join(', ')} }`})`
}

interface ExactRules {
  readonly whole: string
  readonly as: string
  readonly options?: readonly string[]
  readonly range?: Range
}

function exactReader({ whole, as, options, range }: ExactRules, text: boolean): string {
  const rules = [
    `whole: ${quote(whole)}, as: ${quote(as)}`,
    ...(options === undefined
      ? []
      : [`options: [${options.map((each) => `${each}n`).join(', ')}]`]),
    ...(range === undefined ? [] : [`range: ${emitExactRange(range)}`]),
  ]
  return `$.${text ? 'exactText' : 'exact'}({ ${rules.join(', ')} })`
}

function textReader(options: readonly string[] | undefined, length: Range | undefined): string {
  const rules = [
    ...(options === undefined ? [] : [`options: [${options.map(quote).join(', ')}]`]),
    ...(length === undefined ? [] : [`length: ${emitRange(length)}`]),
  ]
  return `$.text(${rules.length === 0 ? '' : `{ ${rules.join(', ')} }`})`
}

function emitExactRange({ written = {}, ...range }: Range): string {
  const { min = range.min, max = range.max } = written
  return emitEnds({ ...range, min: digits(min), max: digits(max) })
}

/** Text is what a number would round. */
function digits(end: number | string | undefined): string | number | undefined {
  return typeof end === 'string' ? `${end}n` : end
}

function emitRange({ min, max, ...included }: Range): string {
  return emitEnds({ ...included, min, max })
}

interface Ends extends Pick<Range, 'minIncluded' | 'maxIncluded'> {
  readonly min: number | string | undefined
  readonly max: number | string | undefined
}

function emitEnds({ min, max, minIncluded, maxIncluded }: Ends): string {
  const ends = [
    ...(min === undefined ? [] : [`${minIncluded ? 'from' : 'above'}: ${String(min)}`]),
    ...(max === undefined ? [] : [`${maxIncluded ? 'to' : 'below'}: ${String(max)}`]),
  ]
  return `{ ${ends.join(', ')} }`
}

function emitDefault(field: FieldPlan, { where, int64 }: Site): string {
  const value = field.default ?? ''
  const type = field.type.kind === 'pointer' ? field.type.type : field.type
  if (type.kind !== 'primitive')
    throw new ApiSpecError(
      `type ${where}: only plain values have a default, not '${field.name}'`,
      placeOf(field, where),
    )
  const exact = exactOf(type.raw, int64)
  if (exact !== undefined) {
    const number = toExact(value, exact.whole, placeOf(field, where))
    return exact.as === 'bigint' ? `${number}n` : quote(number)
  }
  if (type.raw === 'string' || field.asString) return quote(value)
  if (type.raw === 'bool') {
    if (value !== 'true' && value !== 'false')
      throw new ApiSpecError(
        `type ${where}: the default of '${field.name}' is no bool`,
        placeOf(field, where),
      )
    return value
  }
  const number = toNumber(value, placeOf(field, where))
  if (!holds(type.raw, number))
    throw new ApiSpecError(
      `type ${where}: the default of '${field.name}' is no ${type.raw}`,
      placeOf(field, where),
    )
  return String(number)
}

/** Whether a Go type has a number; one of 64 bits is taken as far as Go has it, since a setting makes it exact. */
function holds(raw: string, number: number): boolean {
  const limits = raw === 'int64' || raw === 'uint64' ? wideNumbers[raw] : limitsOf(raw)
  if (limits === undefined) return true
  const [least, most] = limits
  return Number.isInteger(number) && number >= least && number <= most
}

type FieldPlace = Extract<SpecPlace, { readonly type: string }>

function toNumber(text: string, place: FieldPlace): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new ApiSpecError(`type ${place.type}: a default or an option is no number`, place)
  return value
}

/** The digits of a default or an option that 64 bits hold. */
function toExact(text: string, whole: 'int64' | 'uint64', place: FieldPlace): string {
  const [least, most] = wideNumbers[whole]
  const number = toWhole(text)
  if (number === undefined || number < least || number > most)
    throw new ApiSpecError(
      `type ${place.type}: a default or an option of '${place.member ?? ''}' is no ${whole}`,
      place,
    )
  return text
}

function placeOf({ name }: FieldPlan, where: string): FieldPlace {
  return { type: where, member: name }
}

import { type SpecPlace } from '../language/places.js'
import { type SpecType } from '../language/spec.js'
import { type Range } from '../language/tags.js'
import { wholeNumbers } from '../runtime/schema/whole-numbers.js'
import { ApiSpecError } from './error.js'
import { quote, typeName } from './text-as-code.js'
import { type FieldPlan, planNested, type TypePlan } from './plan-fields.js'

/** The schema of a type: a table of its fields for `jotgate/api-spec/schema`. */
export function emitSchema({ name, fields }: TypePlan): string {
  const own = typeName(name)
  const rows = fields.map((field) => `  ${emitField(field, name)},\n`).join('')
  return `export const ${own}: $.Schema<${own}> = $.object<${own}>(() => [${rows === '' ? '' : `\n${rows}`}])\n`
}

function emitField(field: FieldPlan, where: string): string {
  const parts = [`name: ${quote(field.name)}`]
  if (field.source !== 'json') parts.push(`from: ${quote(field.source)}`)
  if (field.optional) parts.push('optional: true')
  if (field.source !== 'json' && isList(field.type)) parts.push('many: true')
  if (field.default !== undefined) parts.push(`fallback: ${emitDefault(field, where)}`)
  parts.push(`read: ${emitReader(field, where)}`)
  return `{ ${parts.join(', ')} }`
}

function isList(type: SpecType): boolean {
  return (type.kind === 'pointer' ? type.type : type).kind === 'array'
}

function emitReader(field: FieldPlan, where: string): string {
  const { options, range, length, asString } = field
  const type = field.type.kind === 'pointer' ? field.type.type : field.type
  const text = field.source !== 'json'
  const isText = asString || (type.kind === 'primitive' && type.raw === 'string')
  if (length !== undefined && !isText)
    throw new ApiSpecError(
      `type ${where}: only text has a length, not '${field.name}'`,
      placeOf(field, where),
    )
  if (isText) return textReader(options, length)
  if (type.kind !== 'primitive') return readerOf(type, { text, where })
  const limits = Object.hasOwn(wholeNumbers, type.raw) || type.raw.startsWith('float')
  if (!limits) return readerOf(type, { text, where })
  const numbers = options?.map((option) => toNumber(option, placeOf(field, where)))
  return numberReader(type.raw, {
    text,
    ...(numbers === undefined ? {} : { options: numbers }),
    ...(range === undefined ? {} : { range }),
  })
}

interface Context {
  /** The value comes as text, from a query, a path or a header. */
  readonly text: boolean
  readonly where: string
}

function readerOf(type: SpecType, context: Context): string {
  switch (type.kind) {
    case 'primitive':
      if (type.raw === 'string') return '$.text()'
      if (type.raw === 'bool') return context.text ? '$.flagText' : '$.flag'
      return type.raw === 'any' ? '$.anything' : numberReader(type.raw, { text: context.text })
    case 'interface':
      return '$.anything'
    case 'define':
      return `$.ref(() => ${typeName(type.raw)})`
    case 'pointer':
      return readerOf(type.type, context)
    case 'array':
      return arrayReader(type, context)
    case 'map':
      return `$.record(${readerOf(type.value, { ...context, text: false })})`
    case 'nested': {
      const fields = planNested(type.members, context.where)
      return `$.nested([${fields.map((field) => emitField(field, context.where)).join(', ')}])`
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

function textReader(options: readonly string[] | undefined, length: Range | undefined): string {
  const rules = [
    ...(options === undefined ? [] : [`options: [${options.map(quote).join(', ')}]`]),
    ...(length === undefined ? [] : [`length: ${emitRange(length)}`]),
  ]
  return `$.text(${rules.length === 0 ? '' : `{ ${rules.join(', ')} }`})`
}

function emitRange({ min, max, minIncluded, maxIncluded }: Range): string {
  const ends = [
    ...(min === undefined ? [] : [`${minIncluded ? 'from' : 'above'}: ${String(min)}`]),
    ...(max === undefined ? [] : [`${maxIncluded ? 'to' : 'below'}: ${String(max)}`]),
  ]
  return `{ ${ends.join(', ')} }`
}

function emitDefault(field: FieldPlan, where: string): string {
  const value = field.default ?? ''
  const type = field.type.kind === 'pointer' ? field.type.type : field.type
  if (type.kind !== 'primitive')
    throw new ApiSpecError(
      `type ${where}: only plain values have a default, not '${field.name}'`,
      placeOf(field, where),
    )
  if (type.raw === 'string' || field.asString) return quote(value)
  if (type.raw === 'bool') {
    if (value !== 'true' && value !== 'false')
      throw new ApiSpecError(
        `type ${where}: the default of '${field.name}' is no bool`,
        placeOf(field, where),
      )
    return value
  }
  return String(toNumber(value, placeOf(field, where)))
}

type FieldPlace = Extract<SpecPlace, { readonly type: string }>

function toNumber(text: string, place: FieldPlace): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new ApiSpecError(`type ${place.type}: a default or an option is no number`, place)
  return value
}

function placeOf({ name }: FieldPlan, where: string): FieldPlace {
  return { type: where, member: name }
}

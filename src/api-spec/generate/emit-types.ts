import { type SpecType } from '../language/spec.js'
import { wholeNumbers } from '../runtime/schema/whole-numbers.js'
import { exactOf, type Int64 } from './int64.js'
import { emitSchema } from './emit-schemas.js'
import { docComment, lineComment, propertyName, quote, typeName } from './text-as-code.js'
import { type FieldPlan, mayBeLeftOut, planNested, type TypePlan } from './plan-fields.js'
import { type ServicePlan } from './plan.js'

/** `types.ts`: an interface and a schema of one name for each type. */
export function emitTypes({ types, service, int64 }: ServicePlan): string {
  const head = lineComment(
    `The types of ${service}. Generated from its .api file: changes are lost.`,
  )
  if (types.length === 0) return `${head}export {}\n`
  // No type of an .api file can be called `$`, and no other name of these files is used in this one.
  const body = types.map(
    (type) => `${emitInterface(type, int64)}${emitInput(type)}${emitSchema(type, int64)}`,
  )
  return `${head}import * as $ from 'jotgate/api-spec/schema'\n\n${body.join('\n')}`
}

function emitInterface({ name, docs, fields }: TypePlan, int64: Int64): string {
  const doc = docComment(docs, '')
  return `${doc}export interface ${typeName(name)} ${emitFields(fields, { int64, indent: '' })}\n`
}

function emitInput({ name, inputName, fields }: TypePlan): string {
  const own = typeName(name)
  const names = fields.filter(mayBeLeftOut).map((field) => quote(field.name))
  if (names.length === 0) return ''
  const doc = docComment([`{@link ${own}} as it is sent: what has a default may be left out.`], '')
  return `${doc}export type ${inputName} = $.Input<${own}, ${names.join(' | ')}>\n`
}

function emitFields(fields: readonly FieldPlan[], writing: Writing): string {
  if (fields.length === 0) return '{}'
  const { indent = '' } = writing
  const inner = `${indent}  `
  const lines = fields.map((field) => {
    const mark = field.optional && field.default === undefined ? '?' : ''
    return `${docComment(field.docs, inner)}${inner}readonly ${propertyName(field.name)}${mark}: ${emitMember(field, { ...writing, indent: inner })}\n`
  })
  return `{\n${lines.join('')}${indent}}`
}

function emitMember(field: FieldPlan, writing: Writing): string {
  const { options, asString, type } = field
  const exact = exactOf(primitiveOf(type), writing.int64)
  if (exact !== undefined)
    return (
      options
        ?.map((option) => (exact.as === 'bigint' ? `${option}n` : quote(option)))
        .join(' | ') ?? exact.as
    )
  if (asString) return options?.map(quote).join(' | ') ?? 'string'
  const plain = type.kind === 'pointer' ? type.type : type
  if (options === undefined || plain.kind !== 'primitive') return tsType(type, writing)
  return options
    .map((option) => (isNumber(plain.raw) ? String(Number(option)) : quote(option)))
    .join(' | ')
}

/** The name of a primitive, or of what a pointer to one points to; empty for other types. */
function primitiveOf(type: SpecType): string {
  const plain = type.kind === 'pointer' ? type.type : type
  return plain.kind === 'primitive' ? plain.raw : ''
}

/** How types are written. */
export interface Writing {
  readonly int64: Int64
  /** Of the line that the type begins in. Default: none. */
  readonly indent?: string
  /** Before names of types, such as `types.`. Default: the file of the types itself. */
  readonly scope?: string
}

/** A type in TypeScript. */
export function tsType(type: SpecType, writing: Writing): string {
  const { int64, scope = '' } = writing
  switch (type.kind) {
    case 'primitive':
      return exactOf(type.raw, int64)?.as ?? tsPrimitive(type.raw)
    case 'define':
      return scope + typeName(type.raw)
    case 'interface':
      return 'unknown'
    case 'pointer':
      return tsType(type.type, writing)
    case 'array':
      // Go sends bytes as base64.
      return type.raw === '[]byte' || type.raw === '[]uint8'
        ? 'string'
        : `readonly ${bracketed(tsType(type.value, writing))}[]`
    case 'map':
      return `{ readonly [key: string]: ${tsType(type.value, writing)} }`
    case 'nested':
      return emitFields(planNested(type.members, 'a nested struct'), writing)
  }
}

function tsPrimitive(raw: string): string {
  if (raw === 'string') return 'string'
  if (raw === 'bool') return 'boolean'
  return raw === 'any' ? 'unknown' : 'number'
}

function isNumber(raw: string): boolean {
  return Object.hasOwn(wholeNumbers, raw) || raw === 'float32' || raw === 'float64'
}

function bracketed(type: string): string {
  return type.startsWith('readonly ') ? `(${type})` : type
}

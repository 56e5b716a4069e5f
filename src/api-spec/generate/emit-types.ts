import { type SpecType } from '../language/spec.js'
import { propertyName, quote, typeName } from './names.js'
import { type FieldPlan, planNested, type TypePlan } from './plan-fields.js'
import { type ServicePlan } from './plan.js'
import { integers } from './numbers.js'
import { emitSchema } from './emit-schemas.js'

/** `types.ts`: an interface and a schema of one name for each type. */
export function emitTypes({ types, service }: ServicePlan): string {
  const head = `// The types of ${service}. Generated from its .api file: changes are lost.\n`
  if (types.length === 0) return `${head}export {}\n`
  const body = types.map(
    (type) => `${emitInterface(type)}\n\n${emitInput(type)}${emitSchema(type)}`,
  )
  return `${head}import * as $ from './schema.js'\n\n${body.join('\n')}`
}

function emitInterface({ name, docs, fields }: TypePlan): string {
  return `${comment(docs, '')}export interface ${typeName(name)} ${emitFields(fields, '')}`
}

/** The type of what a caller sends: its own name when that is the same as what arrives. */
export function inputName({ name, fields }: TypePlan): string {
  return typeName(name) + (fields.some(hasDefault) ? 'Input' : '')
}

/** An optional member may be left out anyway. */
function hasDefault(field: FieldPlan): boolean {
  return field.default !== undefined && !field.optional
}

function emitInput({ name, fields }: TypePlan): string {
  const own = typeName(name)
  const names = fields.filter(hasDefault).map((field) => quote(field.name))
  if (names.length === 0) return ''
  const doc = `/** {@link ${own}} as it is sent: what has a default may be left out. */\n`
  const keys = names.join(' | ')
  return `${doc}export type ${own}Input = Omit<${own}, ${keys}> & Partial<Pick<${own}, ${keys}>>\n\n`
}

function emitFields(fields: readonly FieldPlan[], indent: string): string {
  if (fields.length === 0) return '{}'
  const inner = `${indent}  `
  const lines = fields.map((field) => {
    const mark = field.optional && field.default === undefined ? '?' : ''
    return `${comment(field.docs, inner)}${inner}readonly ${propertyName(field.name)}${mark}: ${emitMember(field, inner)}\n`
  })
  return `{\n${lines.join('')}${indent}}`
}

function emitMember(field: FieldPlan, indent: string): string {
  const { options, asString, type } = field
  if (asString) return options?.map(quote).join(' | ') ?? 'string'
  const plain = type.kind === 'pointer' ? type.type : type
  if (options === undefined || plain.kind !== 'primitive') return tsType(type, indent)
  return options
    .map((option) => (isNumber(plain.raw) ? String(Number(option)) : quote(option)))
    .join(' | ')
}

/** A type in TypeScript, in the file of the types itself. */
export function tsType(type: SpecType, indent: string, scope = ''): string {
  switch (type.kind) {
    case 'primitive':
      return tsPrimitive(type.raw)
    case 'define':
      return scope + typeName(type.raw)
    case 'interface':
      return 'unknown'
    case 'pointer':
      return tsType(type.type, indent, scope)
    case 'array':
      // Go sends bytes as base64.
      return type.raw === '[]byte' || type.raw === '[]uint8'
        ? 'string'
        : `readonly ${bracketed(tsType(type.value, indent, scope))}[]`
    case 'map':
      return `{ readonly [key: string]: ${tsType(type.value, indent, scope)} }`
    case 'nested':
      return emitFields(planNested(type.members, 'a nested struct'), indent)
  }
}

function tsPrimitive(raw: string): string {
  if (raw === 'string') return 'string'
  if (raw === 'bool') return 'boolean'
  return raw === 'any' ? 'unknown' : 'number'
}

function isNumber(raw: string): boolean {
  return Object.hasOwn(integers, raw) || raw === 'float32' || raw === 'float64'
}

function bracketed(type: string): string {
  return type.startsWith('readonly ') ? `(${type})` : type
}

/** Comments of the `.api` file as a docstring; text that would end it is taken apart. */
function comment(texts: readonly string[], indent: string): string {
  const lines = texts
    .flatMap((text) => text.replace(/^\/\/+|^\/\*+|\*+\/$/g, '').split('\n'))
    .map((line) => line.replace(/^\s*\*?\s*/, '').trim())
  const kept = lines.filter((line) => line !== '').map((line) => line.replaceAll('*/', '* /'))
  if (kept.length === 0) return ''
  if (kept.length === 1) return `${indent}/** ${kept[0] ?? ''} */\n`
  return `${indent}/**\n${kept.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`
}

import { limitsOf } from '../runtime/schema/whole-numbers.js'
import { type FieldPlan, planNested } from '../generate/plan-fields.js'
import { type SpecType } from '../language/spec.js'
import { commentText } from '../language/comment-text.js'
import { type Json, type JsonObject, present } from './document.js'

/** The members of a struct that travel in the body, in JSON or in a form, as a JSON Schema (2020-12). */
export function objectSchema(
  fields: readonly FieldPlan[],
  body: 'json' | 'form' = 'json',
): JsonObject {
  const own = fields.filter(({ source }) => source === body)
  const required = own
    .filter((field) => !field.optional && field.default === undefined)
    .map(({ name }) => name)
  return present({
    type: 'object',
    properties: Object.fromEntries(own.map((field) => [field.name, fieldSchema(field)])),
    required: required.length === 0 ? undefined : required,
  })
}

/** One member, with what its tag says: options, range, default. */
export function fieldSchema(field: FieldPlan): JsonObject {
  const plain = field.type.kind === 'pointer' ? field.type.type : field.type
  const base = field.asString ? textSchema(plain) : typeSchema(plain)
  if ('$ref' in base) return base
  const isNumeric = base['type'] === 'integer' || base['type'] === 'number'
  const literal = (text: string): Json =>
    isNumeric ? Number(text) : base['type'] === 'boolean' ? text === 'true' : text
  const choices = field.options?.map(literal)
  const fallback = field.default === undefined ? undefined : literal(field.default)
  return present({
    ...base,
    description: described(field.docs),
    enum: choices?.every(isExact) === true ? choices : undefined,
    default: isExact(fallback) ? fallback : undefined,
    ...rangeSchema(field),
    ...lengthSchema(field),
  })
}

/** A number that this document would have to round is left out of it: the server checks it all the same. */
function isExact(value: Json | undefined): boolean {
  return !Number.isInteger(value) || Number.isSafeInteger(value)
}

/** A member that `string` in its tag sends as text. */
function textSchema({ raw }: SpecType): JsonObject {
  const isWide = raw === 'int64' || raw === 'uint64'
  return isWide ? { type: 'string', format: raw } : { type: 'string' }
}

function rangeSchema({ range }: FieldPlan): JsonObject {
  if (range === undefined) return {}
  const { min, max, minIncluded, maxIncluded, written = {} } = range
  return present({
    [minIncluded ? 'minimum' : 'exclusiveMinimum']: written.min === undefined ? min : undefined,
    [maxIncluded ? 'maximum' : 'exclusiveMaximum']: written.max === undefined ? max : undefined,
  })
}

/** JSON Schema counts code points too, but its limits are whole and included. */
function lengthSchema({ length }: FieldPlan): JsonObject {
  if (length === undefined) return {}
  const { min, max, minIncluded, maxIncluded } = length
  return present({
    minLength: min === undefined ? undefined : minIncluded ? Math.ceil(min) : Math.floor(min) + 1,
    maxLength: max === undefined ? undefined : maxIncluded ? Math.floor(max) : Math.ceil(max) - 1,
  })
}

/** A type as a JSON Schema; structs with a name by reference. */
export function typeSchema(type: SpecType): JsonObject {
  switch (type.kind) {
    case 'primitive':
      return primitiveSchema(type.raw)
    case 'define':
      return { $ref: `#/components/schemas/${type.raw}` }
    case 'interface':
      return {}
    case 'pointer':
      return typeSchema(type.type)
    case 'array':
      return arraySchema(type)
    case 'map':
      return { type: 'object', additionalProperties: typeSchema(type.value) }
    case 'nested':
      return objectSchema(planNested(type.members, 'a nested struct'))
  }
}

function arraySchema(type: Extract<SpecType, { kind: 'array' }>): JsonObject {
  if (type.raw === '[]byte' || type.raw === '[]uint8')
    return { type: 'string', contentEncoding: 'base64' }
  const length = /^\[(\d+)\]/.exec(type.raw)?.[1]
  const limits = length === undefined ? {} : { minItems: Number(length), maxItems: Number(length) }
  return { type: 'array', items: typeSchema(type.value), ...limits }
}

const formats: Readonly<Record<string, string>> = {
  int32: 'int32',
  rune: 'int32',
  int64: 'int64',
  int: 'int64',
}

function primitiveSchema(raw: string): JsonObject {
  if (raw === 'string') return { type: 'string' }
  if (raw === 'bool') return { type: 'boolean' }
  if (raw === 'any') return {}
  if (raw === 'float32') return { type: 'number', format: 'float' }
  if (raw === 'float64') return { type: 'number', format: 'double' }
  const format = formats[raw]
  if (format !== undefined) return { type: 'integer', format }
  const [minimum, maximum] = limitsOf(raw) ?? []
  const wide = maximum === Number.MAX_SAFE_INTEGER
  return present({
    ...{ type: 'integer', format: raw === 'uint64' ? raw : undefined, minimum },
    maximum: wide ? undefined : maximum,
  })
}

/** Comments of the `.api` file as a description. */
export function described(comments: readonly string[]): string | undefined {
  const text = comments
    .map((comment) => commentText(comment).trim())
    .join('\n')
    .trim()
  return text === '' ? undefined : text
}

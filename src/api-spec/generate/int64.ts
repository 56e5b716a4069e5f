import { type SpecType } from '../language/spec.js'
import { type FieldPlan, planNested, type TypePlan } from './plan-fields.js'

/** What `int64` and `uint64` are in TypeScript: a `number` as far as it is exact, a `bigint`, or the digits as text. */
export type Int64 = 'number' | 'bigint' | 'string'

/**
 * What a primitive of 64 bits is in TypeScript; undefined for other types, and where such numbers are plain ones.
 *
 * @example exactOf('int64', 'bigint') // { whole: 'int64', as: 'bigint' }
 */
export function exactOf(
  raw: string,
  int64: Int64,
): { readonly whole: 'int64' | 'uint64'; readonly as: 'bigint' | 'string' } | undefined {
  if (int64 === 'number' || (raw !== 'int64' && raw !== 'uint64')) return undefined
  return { whole: raw, as: int64 }
}

/** Floating point too: JSON may have all digits of one, and it is a `number` all the same. */
const wide = new Set(['int', 'int64', 'uint', 'uint64', 'uintptr', 'float32', 'float64'])

/** Says of a type whether a number that may be beyond 2^53 is anywhere in it, and of a request whether one is in its JSON body. */
export interface WideTypes {
  inType(type: SpecType): boolean
  inBody(request: TypePlan): boolean
}

/**
 * Looks for numbers that may be beyond 2^53 in these types and in those that they name.
 *
 * @example findWide(plan.types).inType(response)
 */
export function findWide(types: readonly TypePlan[]): WideTypes {
  const byName = new Map(types.map((type) => [type.name, type]))
  const inFields = (fields: readonly FieldPlan[], seen: Set<string>): boolean =>
    fields.some(({ source, type }) => source === 'json' && inType(type, seen))
  const inType = (type: SpecType, seen: Set<string>): boolean => {
    switch (type.kind) {
      case 'primitive':
        return wide.has(type.raw)
      case 'interface':
        return false
      case 'pointer':
        return inType(type.type, seen)
      case 'array':
      case 'map':
        return inType(type.value, seen)
      case 'nested':
        return inFields(planNested(type.members, 'a nested struct'), seen)
      case 'define': {
        const named = byName.get(type.raw)
        if (named === undefined || seen.has(named.name)) return false
        seen.add(named.name)
        return inFields(named.fields, seen)
      }
    }
  }
  return {
    inType: (type) => inType(type, new Set()),
    inBody: ({ fields }) => inFields(fields, new Set()),
  }
}

import { isStorableName } from '../foundation/names.js'

/** Begins the names of numbers, so that the number 1 and the text "1" are two names. No text has such a name. */
const numberMark = '\u0001'

/**
 * The name under which a claim's value is looked up: a text is its own name, whole numbers have names that no text has.
 * Undefined for any other value, which no entry can name.
 *
 * @example nameOfValue('1') === nameOfValue(1) // false
 */
export function nameOfValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value.startsWith(numberMark) ? undefined : value
  if (typeof value === 'bigint') return `${numberMark}${String(value)}`
  return Number.isInteger(value) ? `${numberMark}${String(BigInt(value as number))}` : undefined // a number, or it would be no integer
}

/**
 * The same, if every store can keep it: at most 1024 characters.
 *
 * @example nameToStore('\ud800') // undefined
 */
export function nameToStore(value: unknown): string | undefined {
  const name = nameOfValue(value)
  return isStorableName(name) ? name : undefined
}

/**
 * Go's whole numbers and what they hold; 64 bits only as far as JavaScript's numbers are exact.
 *
 * @example const [least, most] = wholeNumbers.int8 // -128, 127
 */
export const wholeNumbers = {
  int: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  int32: [-2_147_483_648, 2_147_483_647],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint: [0, Number.MAX_SAFE_INTEGER],
  uint8: [0, 255],
  uint16: [0, 65_535],
  uint32: [0, 4_294_967_295],
  uint64: [0, Number.MAX_SAFE_INTEGER],
  uintptr: [0, Number.MAX_SAFE_INTEGER],
  byte: [0, 255],
  rune: [-2_147_483_648, 2_147_483_647],
} as const satisfies Readonly<Record<string, readonly [min: number, max: number]>>

/**
 * All that Go's numbers of 64 bits hold, where they are exact.
 *
 * @example const [least, most] = wideNumbers.uint64 // 0n, 18446744073709551615n
 */
export const wideNumbers = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const

/**
 * The least and the most that a Go type holds; undefined for anything but a whole number.
 *
 * @example limitsOf('int8') // [-128, 127]
 */
export function limitsOf(type: string): readonly [least: number, most: number] | undefined {
  return isWhole(type) ? wholeNumbers[type] : undefined
}

function isWhole(type: string): type is keyof typeof wholeNumbers {
  return Object.hasOwn(wholeNumbers, type)
}

/** Longer texts are beyond 64 bits. */
const mostDigits = 20

/**
 * A whole number with all its digits: a `bigint`, a `number` that is exact, or digits as text; undefined for anything else, and
 * for texts that are longer than any number of 64 bits.
 *
 * @example toWhole('9007199254740993') // 9007199254740993n
 */
export function toWhole(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  const isDigits =
    typeof value === 'string' && value.length <= mostDigits && /^(0|-?[1-9]\d*)$/.test(value)
  return isDigits ? BigInt(value) : undefined
}

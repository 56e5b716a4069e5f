import { toWhole, wideNumbers } from './schema/whole-numbers.js'

/**
 * An id among the claims of a token, exactly: a whole number of 64 bits, signed or not, or its digits as text, as in `sub`.
 *
 * A gate refuses a token with an integer beyond 2^53 (`TOKEN_JSON`) unless it reads it with all its digits: `bigints: true` of
 * `createVerifier`, of `secretGate` and of the generated `createGates`. No number is ever rounded.
 *
 * @returns undefined when the claim is absent, and when it is anything else
 * @example idClaim(call.claims, 'userId') // 9007199254740993n; String(…) for its digits
 */
export function idClaim(
  claims: Readonly<Record<string, unknown>>,
  name: string,
): bigint | undefined {
  const id = Object.hasOwn(claims, name) ? toWhole(claims[name]) : undefined
  const fits = id !== undefined && id >= wideNumbers.int64[0] && id <= wideNumbers.uint64[1]
  return fits ? id : undefined
}

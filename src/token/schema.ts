import { AuthError, ConfigError } from '../foundation/errors.js'
import type { Claims } from './token.js'

/** The part of Standard Schema v1 (https://standardschema.dev) that is used; zod, valibot and arktype implement it. */
export interface StandardSchema<Output> {
  readonly '~standard': {
    readonly version: 1
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
  }
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly path?: readonly unknown[] | undefined }[] }

/** A schema, or a function that returns the claims for handlers and throws for claims that do not fit. */
export type ClaimsSchema<C> = StandardSchema<C> | ((claims: Claims) => C | Promise<C>)

/**
 * Runs a claims schema over verified claims.
 *
 * @throws AuthError CLAIMS_REFUSED, also for any other error of the schema: claims that cannot be read are refused
 * @example const { role } = await applySchema(z.object({ role: z.string() }), claims)
 */
export async function applySchema<C>(schema: ClaimsSchema<C>, claims: Claims): Promise<C> {
  const standard = '~standard' in schema ? schema['~standard'] : undefined
  let output: C
  try {
    if (!standard) return deepFreeze(await (schema as (claims: Claims) => C | Promise<C>)(claims))
    const result = await standard.validate(claims)
    if (result.issues) throw new AuthError('CLAIMS_REFUSED', claimOf(result.issues[0]?.path?.[0]))
    output = result.value
  } catch (error) {
    if (error instanceof AuthError) throw error
    throw new AuthError('CLAIMS_REFUSED', {}, { cause: error })
  }
  return deepFreeze(output)
}

function claimOf(segment: unknown): { claim?: string } {
  const name =
    typeof segment === 'object' && segment !== null && 'key' in segment ? segment.key : segment
  return typeof name === 'string' ? { claim: name } : {}
}

/**
 * Freezes the output: the same verified token may serve several requests, and no handler may change it for the next.
 */
function deepFreeze<T>(value: T): T {
  if (
    typeof value !== 'object' ||
    value === null ||
    Object.isFrozen(value) ||
    ArrayBuffer.isView(value)
  )
    return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}

/** The option `claims` of a factory. @throws ConfigError when it is neither a Standard Schema nor a function */
export function readSchema(given: unknown, option: string): ClaimsSchema<unknown> {
  const isObject = typeof given === 'object' && given !== null
  if (typeof given === 'function' || (isObject && '~standard' in given))
    return given as ClaimsSchema<unknown> // known by its shape
  throw new ConfigError(option, 'must be a Standard Schema or a function')
}

import { AuthError, ConfigError } from '../foundation/errors.js'
import { isError } from '../foundation/realms.js'
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

/** What a schema made of the claims. */
export interface SchemaOutput<C> {
  readonly claims: C
  /**
   * Whether it is plain data, frozen all the way down. Only then may two requests share it: no handler can change a
   * frozen array for the next request, but any handler can add to a `Set`.
   */
  readonly isFixed: boolean
}

/**
 * Runs a claims schema over verified claims. Plain objects and arrays of its output are frozen.
 *
 * @throws AuthError CLAIMS_REFUSED, also for any other error of the schema: claims that cannot be read are refused
 * @example const { claims } = await applySchema(z.object({ role: z.string() }), payload)
 */
export async function applySchema<C>(
  schema: ClaimsSchema<C>,
  payload: Claims,
): Promise<SchemaOutput<C>> {
  try {
    const claims = await run(schema, payload)
    return { claims, isFixed: claims === payload || freezePlain(claims, new Set()) }
  } catch (error) {
    if (error instanceof AuthError) throw error
    throw new AuthError('CLAIMS_REFUSED', {}, { cause: withoutValues(error) })
  }
}

async function run<C>(schema: ClaimsSchema<C>, payload: Claims): Promise<C> {
  const standard = '~standard' in schema ? schema['~standard'] : undefined
  if (!standard) return (schema as (claims: Claims) => C | Promise<C>)(payload) // it is no Standard Schema
  const result = await standard.validate(payload)
  if (result.issues) throw new AuthError('CLAIMS_REFUSED', claimOf(result.issues[0]?.path?.[0]))
  return result.value
}

/** The kind of an error and where it was thrown. Its message is left out: schemas quote the claims in it. */
function withoutValues(error: unknown): Error {
  const cause = new Error(
    'the claims schema threw; its message is left out, because it may hold claims',
  )
  if (!isError(error)) return cause
  const name = /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : 'Error'
  const frames = (error.stack ?? '').replace(error.message, '').match(/^ +at .*$/gm) ?? []
  cause.message = `the claims schema threw a ${name}; its message is left out, because it may hold claims`
  cause.stack = [`Error: ${cause.message}`, ...frames].join('\n')
  return cause
}

function claimOf(segment: unknown): { claim?: string } {
  const name =
    typeof segment === 'object' && segment !== null && 'key' in segment ? segment.key : segment
  return typeof name === 'string' ? { claim: name } : {}
}

/**
 * Freezes plain objects and arrays, also those inside frozen ones, and says whether there was nothing else. Instances of
 * classes, functions and accessors are left as they are: freezing cannot fix what they keep inside.
 */
function freezePlain(value: unknown, seen: Set<object>): boolean {
  if (typeof value === 'function') return false
  if (typeof value !== 'object' || value === null || seen.has(value)) return true
  const isPlain = plainPrototypes.includes(Object.getPrototypeOf(value))
  if (!isPlain) return false
  seen.add(value)
  Object.freeze(value)
  let isFixed = true
  for (const name of Reflect.ownKeys(value)) {
    const member = Object.getOwnPropertyDescriptor(value, name)
    if (!member || !('value' in member) || !freezePlain(member.value, seen)) isFixed = false
  }
  return isFixed
}

const plainPrototypes: readonly unknown[] = [Object.prototype, Array.prototype, null]

/** The option `claims` of a factory. @throws ConfigError when it is neither a Standard Schema nor a function */
export function readSchema(given: unknown, option: string): ClaimsSchema<unknown> {
  const isObject = typeof given === 'object' && given !== null
  if (typeof given === 'function' || (isObject && '~standard' in given))
    return given as ClaimsSchema<unknown> // known by its shape
  throw new ConfigError(option, 'must be a Standard Schema or a function')
}

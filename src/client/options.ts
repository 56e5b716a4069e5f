import { ConfigError } from '../foundation/errors.js'

/**
 * Refuses options nobody reads, and functions that are none.
 *
 * @throws ConfigError naming the option and never its value
 * @example checkClientOptions('selfSigned', options, { known: ['sign', 'claims'], functions: ['sign'] })
 */
export function checkClientOptions(
  place: string,
  options: unknown,
  {
    known,
    functions,
  }: { readonly known: readonly string[]; readonly functions: readonly string[] },
): void {
  if (typeof options !== 'object' || options === null)
    throw new ConfigError(place, 'takes one object of options')
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name))
      throw new ConfigError(
        `${place}.${name}`,
        `is not an option; known options: ${known.join(', ')}`,
      )
    if (functions.includes(name) && value !== undefined && typeof value !== 'function')
      throw new ConfigError(`${place}.${name}`, 'must be a function')
  }
}

/**
 * @throws ConfigError when it is not text, or empty
 * @example requireText('fromSession.endpoint', endpoint)
 */
export function requireText(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw new ConfigError(option, 'must be text')
}

import { ConfigError } from './errors.js'

/**
 * Refuses options nobody reads: a misspelt security option must not silently mean "off".
 *
 * @throws ConfigError naming the first unknown option and the nearest known one.
 * @example checkOptionNames('createVerifier', options, ['keys', 'algorithms'])
 */
export function checkOptionNames(place: string, options: object, known: readonly string[]): void {
  // A caller in plain JavaScript can pass anything, whatever the parameter's type says.
  const given: unknown = options
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ConfigError(place, 'takes one object of options')
  }
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    const near = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase())
    const hint =
      near === undefined ? `known options: ${known.join(', ')}` : `did you mean "${near}"?`
    throw new ConfigError(`${place}.${name}`, `is not an option; ${hint}`)
  }
}

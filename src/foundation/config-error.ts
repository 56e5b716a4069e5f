import { brand, inherits, isBranded } from './brand.js'

/**
 * The program is configured wrongly: an option is missing, unknown or dangerous. Thrown during construction, never while
 * serving. Names the option, never its value.
 *
 * @example createVerifier({ keys, algorithms: [], issuer, audience }) // throws ConfigError, option 'algorithms'
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** The wrong option, as a path: `issuers.https://a.example.keys`. */
  readonly option: string

  constructor(option: string, problem: string) {
    super(`${option}: ${problem}`)
    this.option = option
    brand(this, 'ConfigError/1')
  }

  /** Recognises the errors of every copy of this package. */
  static override [Symbol.hasInstance](given: unknown): boolean {
    return this === ConfigError ? isBranded(given, 'ConfigError/1') : inherits(given, this)
  }
}

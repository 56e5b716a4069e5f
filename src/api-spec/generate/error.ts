import { brand, inherits, isBranded } from '../../foundation/brand.js'

/**
 * A spec that cannot become a program or a document, and why. Thrown by `generate`, `toOpenApi` and `fromOpenApi`.
 *
 * @example if (error instanceof ApiSpecError) console.error(error.message)
 */
export class ApiSpecError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ApiSpecError'
    brand(this, 'ApiSpecError/1')
  }

  /** Recognises the errors of every copy of this package. */
  static override [Symbol.hasInstance](given: unknown): boolean {
    return this === ApiSpecError ? isBranded(given, 'ApiSpecError/1') : inherits(given, this)
  }
}

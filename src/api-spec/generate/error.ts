import { brand, inherits, isBranded } from '../../foundation/brand.js'
import { type SpecPlace } from '../language/places.js'

/**
 * A spec that cannot become a program or a document, and why. Thrown by `generate`, `toOpenApi` and `fromOpenApi`.
 *
 * @example if (error instanceof ApiSpecError) console.error(error.message)
 */
export class ApiSpecError extends Error {
  /** What in the spec it is about; undefined for the spec as a whole, and for a document. */
  readonly place: SpecPlace | undefined

  constructor(message: string, place?: SpecPlace) {
    super(message)
    this.name = 'ApiSpecError'
    this.place = place
    brand(this, 'ApiSpecError/1')
  }

  /** Recognises the errors of every copy of this package. */
  static override [Symbol.hasInstance](given: unknown): boolean {
    return this === ApiSpecError ? isBranded(given, 'ApiSpecError/1') : inherits(given, this)
  }
}

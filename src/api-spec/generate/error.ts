/**
 * A spec that cannot become a program or a document, and why. Thrown by `generate`, `toOpenApi` and `fromOpenApi`.
 *
 * @example if (error instanceof ApiSpecError) console.error(error.message)
 */
export class ApiSpecError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ApiSpecError'
  }
}

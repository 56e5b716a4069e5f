/** The kinds of failure when fetching a set. */
export type JwksProblemKind =
  | 'network'
  | 'timeout'
  | 'address'
  | 'redirect'
  | 'status'
  | 'content type'
  | 'too large'
  | 'not JSON'
  | 'metadata'
  | 'set'

/** Why a fetched set was rejected. Its message is a fixed sentence that contains nothing of the answer. */
export class JwksProblem extends Error {
  override readonly name = 'JwksProblem'
  readonly kind: JwksProblemKind

  constructor(kind: JwksProblemKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

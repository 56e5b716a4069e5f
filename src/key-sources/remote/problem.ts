/** What can be wrong with a set that was asked for. */
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

/** Why a fetched set was not taken. Its message is a fixed sentence: nothing of the answer is in it. */
export class JwksProblem extends Error {
  override readonly name = 'JwksProblem'
  readonly kind: JwksProblemKind

  constructor(kind: JwksProblemKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

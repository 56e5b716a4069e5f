/** The kinds of failure of a request to another server. */
export type RemoteProblemKind =
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

/**
 * Why another server could not be asked, or its answer was rejected. Its message is a fixed sentence that contains
 * nothing of the answer.
 */
export class RemoteProblem extends Error {
  override readonly name = 'RemoteProblem'
  readonly kind: RemoteProblemKind

  constructor(kind: RemoteProblemKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

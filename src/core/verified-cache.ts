/** How much a cache of verified tokens may hold. */
export interface CacheLimits {
  /** Most tokens. */
  readonly entries: number
  /** Most bytes, estimated from the lengths of the tokens. */
  readonly bytes: number
}

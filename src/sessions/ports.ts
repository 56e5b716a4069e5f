/**
 * What sessions need of a store. A family is a counter: a row with a generation number, and `rotate` is the one
 * operation that has to be atomic. Times are Unix seconds, whole numbers.
 */

/** What an application wants to remember about a session, for showing it to its owner. Never a secret. */
export interface FamilyMeta {
  readonly userAgent?: string
  readonly address?: string
  readonly [name: string]: string | undefined
}

/** One session: everything that began with one login. */
export interface Family {
  /** 128 random bits, base64url. Secret: the access token's `sid` is a hash of it. */
  readonly id: string
  readonly subject: string
  readonly client: string
  /** Space-delimited (RFC 6749 section 3.3). */
  readonly scope: string
  readonly audience: readonly string[]
  /** Number that the current refresh token carries; 0 at login. */
  readonly generation: number
  /** Number of the token that the current one replaced; -1 before the first rotation. */
  readonly parent: number
  readonly createdAt: number
  readonly rotatedAt: number
  /** Rotation never moves it. */
  readonly absoluteExpiry: number
  /** Every rotation moves it, up to {@link absoluteExpiry}. */
  readonly idleExpiry: number
  readonly endedAt?: number
  readonly meta: FamilyMeta
}

/** Someone presents a refresh token; all durations in seconds. */
export interface RotateRequest {
  readonly id: string
  /** Generation that the presented token carries. */
  readonly presented: number
  readonly client: string
  readonly now: number
  readonly grace: number
  readonly recoverWithin: number
  readonly idleTtl: number
}

/** What became of it. The family is as it is after the step. */
export type RotateResult =
  | { readonly kind: 'rotated' | 'replayed' | 'recovered'; readonly family: Family }
  | { readonly kind: 'reused' | 'rolledBack'; readonly family: Family }
  | { readonly kind: 'ended' | 'expired' | 'otherClient'; readonly family: Family }
  | { readonly kind: 'unknown' }

/** Which sessions of a subject to end. */
export interface EndAllRequest {
  readonly subject: string
  readonly now: number
  /** Family to leave alone: the one that asks. */
  readonly except?: string
}

/**
 * Where families live. Every method is atomic and has its own deadline; a store that does not answer rejects with
 * `AuthError` `STORE_UNAVAILABLE`, and asking again has no second effect.
 */
export interface FamilyStore {
  create(family: Family): Promise<void>
  /** The family, ended or not; undefined when there is none. */
  find(id: string): Promise<Family | undefined>
  /** The one atomic step of a refresh; `rotation.ts` has the table it decides by. */
  rotate(request: RotateRequest): Promise<RotateResult>
  /** Ends one family; the family as it then is, undefined when there is none. Ending twice keeps the first time. */
  end(id: string, now: number): Promise<Family | undefined>
  /** Ends all families of a subject; those that this call ended. */
  endAll(request: EndAllRequest): Promise<readonly Family[]>
  /** A subject's families that have neither ended nor expired, newest first. */
  list(subject: string, now: number): Promise<readonly Family[]>
  /** Removes families whose absolute expiry is before `before`; how many. */
  sweep(before: number): Promise<number>
}

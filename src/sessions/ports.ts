/**
 * What sessions need of a store. A family is a counter: a row with a generation number, and `rotate` is the one
 * operation that has to be atomic. Times are Unix seconds, whole numbers.
 */
import type { Family, RotateRequest, RotateResult } from './family.js'

export {
  decideRotation,
  type Family,
  type FamilyMeta,
  type RotateKind,
  type RotateRequest,
  type RotateResult,
} from './family.js'

/** Which sessions of a subject to end. */
export interface EndAllRequest {
  readonly subject: string
  readonly now: number
  /** Id of the family to leave alone: the one that asks. */
  readonly except?: string
}

/**
 * Where families live. Every method is atomic and has its own deadline; a store that does not answer rejects with
 * `AuthError` `STORE_UNAVAILABLE`, and asking again has no second effect.
 */
export interface FamilyStore {
  /** Keeps a new family. Rejects when there is one of that id, without touching it. */
  create(family: Family): Promise<void>
  /** The family, ended or not; undefined when there is none. */
  find(id: string): Promise<Family | undefined>
  /** The same by its public name, which is as unique as the id. */
  findBySid(sid: string): Promise<Family | undefined>
  /** The one atomic step of a refresh; `decideRotation` is the table it decides by. */
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

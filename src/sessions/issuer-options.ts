import type { Duration } from '../core/duration.js'
import type { Signer } from '../core/sign.js'
import type { Claims } from '../core/token.js'
import type { SessionHooks } from './events.js'
import type { FamilyStore } from './ports.js'
import type { ServiceKeys } from './service-keys.js'

/** A subject as the application knows it at this moment. */
export interface SubjectState {
  /** Claims for the access token. Those that the issuer sets itself (`sub`, `sid`, `scope`, `exp`, …) are refused. */
  readonly claims: Claims
  /** Widest scope that the subject may have now; what a session has beyond it is left out. Default: no limit. */
  readonly scope?: string
}

/** What {@link createIssuer} is told. Everything but the first four has a default. */
export interface IssuerOptions {
  /** Signs access tokens. The issuer sets `aud` when the session has one, `iat`, `exp`, `jti`; `iss` is the signer's. */
  readonly sign: Signer
  readonly families: FamilyStore
  readonly serviceKey: ServiceKeys
  /**
   * Reads the subject anew, at every refresh and at a login that brings no claims: role changes and disabled
   * accounts take effect here. Undefined refuses (SUBJECT_REFUSED); what it throws is "can not tell" (503).
   */
  readonly loadSubject: (subject: string) => Promise<SubjectState | undefined>
  /** Longest life of an access token. Default `15m`. */
  readonly accessTtl?: Duration
  /** End of a session, however often it is refreshed. Default `30d`. */
  readonly absoluteTtl?: Duration
  /** End of a session that is not refreshed. Default `7d`, or `absoluteTtl` when that is shorter. */
  readonly idleTtl?: Duration
  /** How long the token just replaced gets the same successor again. Default 10 s, at most 60 s. */
  readonly grace?: Duration
  /**
   * How long after a rotation the replaced token may still recover the session, when the reply was lost. Default
   * `1h`; 0 is strict. A function decides it by client.
   */
  readonly recoverWithin?: Duration | ((client: string) => Duration)
  /**
   * Width of the window around the middle of an access token's life from which `refreshAfter` is drawn. Default: a
   * fifth of `accessTtl`, at least 6 × `grace`. A smaller one would let a thief refresh in step with the owner.
   */
  readonly refreshWindow?: Duration
  /**
   * Shortens each access token's life by a random part of up to this fraction, 0 to 0.1, so that tokens made at one
   * moment do not expire at one moment. Default 0: `refreshAfter` already spreads the refreshes.
   */
  readonly expiryJitter?: number
  /**
   * Refuses the access tokens of a session from now on: `(entry) => revocation.revoke(entry)`. Without it the access
   * tokens of an ended session live on until they expire.
   */
  readonly revoke?: (entry: { readonly sid: string }) => Promise<void>
  readonly hooks?: SessionHooks
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** Random bytes. Default: `randomBytes` of node:crypto. */
  readonly randomBytes?: (count: number) => Uint8Array
}

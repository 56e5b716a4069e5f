import { publicJwk } from '../../key/public-half.js'
import { thumbprint } from '../../key/thumbprint.js'
import type { KeysByKid } from '../usable-keys.js'

/** A set in use, and how long it may be used. Times are Unix seconds. */
export interface HeldSet {
  readonly keys: KeysByKid
  readonly etag: string | undefined
  readonly confirmedAt: number
  /** From this time on it is refreshed in the background. */
  readonly refreshAt: number
  readonly freshUntil: number
  /** From this time on it verifies nothing. */
  readonly deadAt: number
}

/** Input for the times of a set. */
interface Lifetime {
  readonly now: number
  readonly freshFor: number
  readonly staleIfError: number
  /** From 0 to 1: spreads the refreshes of many processes over a tenth of the set's life. */
  readonly spread: number
}

/**
 * The times of a set confirmed just now. It is refreshed at 75 to 85 % of its life, before any caller has to wait.
 *
 * @example timesOf({ now: 0, freshFor: 100, staleIfError: 900, spread: 0 }).refreshAt // 75
 */
export function timesOf({ now, freshFor, staleIfError, spread }: Lifetime) {
  return {
    confirmedAt: now,
    refreshAt: now + freshFor * (0.75 + 0.1 * spread),
    freshUntil: now + freshFor,
    deadAt: now + freshFor + staleIfError,
  }
}

/** How far a clock may go back, in seconds, before the age of a set counts as unknown. */
const clockSlack = 300

/** Whether a set may still be used. */
export function isAlive({ confirmedAt, deadAt }: HeldSet, now: number): boolean {
  return now < deadAt && now > confirmedAt - clockSlack
}

/** Whether the new set lacks a key of the old one; a different key under the same `kid` counts as another key. */
export function hasLost(old: HeldSet | undefined, keys: KeysByKid): boolean {
  if (!old) return false
  const next = fingerprints(keys)
  return [...fingerprints(old.keys)].some((each) => !next.has(each))
}

function fingerprints(keys: KeysByKid): ReadonlySet<string> {
  const list = [...keys.values()].flat()
  return new Set(list.map((key) => `${key.alg} ${thumbprint(publicJwk(key))} ${key.kid}`))
}

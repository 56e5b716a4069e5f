import type { RevocationEntry, RevocationName } from './ports.js'
import { nameToStore } from './value-name.js'

/** Begins the `sub` of an entry that cuts a session off: no token has a `sub` of this name, see `nameOfValue`. */
const mark = '\u0001s'

/** In UTF-16 code units: with the mark, a name has at most 1024. */
const longestSid = 1024 - mark.length

/** What {@link sessionCutOffName} makes a name of. */
export interface SessionName {
  readonly issuer: string
  readonly sid: unknown
}

/**
 * The name of the entry that refuses the tokens of a session issued at or before a time; undefined for a `sid` that no such
 * entry can name: anything but text of 1 to 1022 characters.
 *
 * It is an entry of kind `sub`, because releases before this kind of revocation keep, merge, deliver and restore it as one,
 * and refuse no token by it. As an entry of kind `sid` it would end the session there; another kind they could not read.
 *
 * @example sessionCutOffName({ issuer, sid: 'session-1' }) // { kind: 'sub', issuer, value: '\u0001ssession-1' }
 */
export function sessionCutOffName({
  issuer,
  sid,
}: SessionName): (RevocationName & { readonly kind: 'sub' }) | undefined {
  const name = typeof sid === 'string' ? nameToStore(sid) : undefined
  if (name === undefined || name.length > longestSid) return undefined
  return { kind: 'sub', issuer, value: valueOfCutOff(name) }
}

/**
 * The session that an entry cuts off; undefined for any other entry.
 *
 * @example sidOfCutOff({ kind: 'sub', issuer, value: 'user-1', before, expiresAt }) // undefined
 */
export function sidOfCutOff(entry: RevocationEntry): string | undefined {
  return entry.kind === 'sub' && entry.value.startsWith(mark)
    ? entry.value.slice(mark.length)
    : undefined
}

/**
 * The `value` of an entry that cuts a session off, for {@link sidOfCutOff}.
 *
 * @example valueOfCutOff('session-1')
 */
export function valueOfCutOff(sid: string): string {
  return mark + sid
}

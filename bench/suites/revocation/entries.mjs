import { randomBytes, randomUUID } from 'node:crypto'

/** @import { RevocationEntry, RevocationStore } from 'jotgate/extend' */

export const issuer = 'https://auth.example'

/** Unix seconds: longer than any run. */
const expiresAt = Math.floor(Date.now() / 1000) + 7200
/** Longer than every token of the benchmark lives. */
export const accessTtl = '2h'
const clients = 100

/**
 * Revoked tokens, by random UUIDs.
 *
 * @param {number} count
 * @returns {RevocationEntry[]}
 */
export function tokenEntries(count) {
  return Array.from({ length: count }, () => {
    return { kind: 'jti', issuer, value: randomUUID(), expiresAt }
  })
}

/**
 * Entries of every kind: tokens and sessions two in five each, subjects one in five, a hundred clients, and everything
 * that was issued long ago.
 *
 * @param {number} count
 * @returns {RevocationEntry[]}
 */
export function mixedEntries(count) {
  const shared = { issuer, expiresAt }
  /** @type {(at: number) => RevocationEntry} */
  const make = (at) => {
    if (at === 0) return { ...shared, kind: 'all', before: 1 }
    if (at <= clients) return { ...shared, kind: 'client', value: `client-${String(at)}` }
    if (at % 5 === 0) return { ...shared, kind: 'sub', value: randomUUID(), before: expiresAt }
    if (at % 5 < 3) return { ...shared, kind: 'jti', value: randomUUID() }
    return { ...shared, kind: 'sid', value: randomBytes(16).toString('base64url') }
  }
  return Array.from({ length: count }, (_, at) => make(at))
}

/**
 * Half of them revoked tokens, half cut-offs of sessions, by these names and random ones. No token that lives now was issued
 * before such a cut-off.
 *
 * @param {number} count
 * @param {readonly string[]} sids
 * @returns {RevocationEntry[]}
 */
export function entriesWithCutOffs(count, sids) {
  const half = Math.floor(count / 2)
  /** @type {(at: number) => RevocationEntry} */
  const cutOff = (at) => {
    const sid = sids[at] ?? randomBytes(16).toString('base64url')
    return { kind: 'sub', issuer, value: `\u0001s${sid}`, before: 1, expiresAt }
  }
  return [...tokenEntries(count - half), ...Array.from({ length: half }, (_, at) => cutOff(at))]
}

/**
 * The key under which others note a revoked token in Redis.
 *
 * @param {string} id
 */
export const redisKey = (id) => `revoked:${id}`

/** Entries of one page of a snapshot, as in the stores. */
const pageSize = 2000

/**
 * A store that holds nothing after it has been read once: in what is measured there are the entries of the process
 * alone, and not a second million beside it.
 *
 * @param {RevocationEntry[]} entries taken out of the array while they are read
 * @returns {RevocationStore}
 */
export function readOnce(entries) {
  return {
    add: () => Promise.resolve(),
    find: () => Promise.resolve([]),
    sweep: () => Promise.resolve(0),
    open: () =>
      Promise.resolve({
        epoch: 'read once',
        isNewEpoch: false,
        snapshot: async function* () {
          while (entries.length > 0) yield await Promise.resolve(entries.splice(-pageSize))
        },
        heartbeat: () => Promise.resolve(),
        add: () => Promise.resolve(),
        close: () => undefined,
      }),
  }
}

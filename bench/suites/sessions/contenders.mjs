import { randomBytes } from 'node:crypto'
import { createSessions, createServiceKeys, createSigner, hmacKey } from 'jotgate'

/** @import { SessionStore } from 'jotgate/extend' */
/** @import { Asking } from './round-trips.mjs' */

const client = 'web'
const start = 1_800_000_000
const year = 31_536_000
/** Longer than the grace of 10 seconds, within which no token is rotated again. */
const step = 11

/**
 * A clock that goes on by more than the grace at every question, so that each is a rotation.
 *
 * @returns {() => number}
 */
function hastyClock() {
  let now = start
  return () => (now += step)
}

/**
 * The atomic step of the store alone.
 *
 * @param {SessionStore} store
 * @param {number} places
 * @returns {Promise<Asking>}
 */
export async function rotations(store, places) {
  const clock = hastyClock()
  const kept = Array.from({ length: places }, () => {
    return { id: randomBytes(16).toString('base64url'), generation: 0 }
  })
  for (const { id } of kept) await store.create(sessionOf(id))
  return {
    name: 'jotgate',
    once: async (place) => {
      const session = kept[place]
      if (!session) return false
      const { id, generation: presented } = session
      const result = await store.rotate({
        id,
        presented,
        client,
        now: clock(),
        grace: 10,
        recoverWithin: 3600,
        idleTtl: year,
      })
      session.generation++
      return result.kind === 'rotated' && result.session.generation === session.generation
    },
  }
}

/** @param {string} id */
function sessionOf(id) {
  return {
    id,
    sid: randomBytes(16).toString('base64url'),
    subject: `user of ${id}`,
    client,
    scope: 'read write',
    audience: ['api'],
    generation: 0,
    parent: -1,
    createdAt: start,
    rotatedAt: start,
    absoluteExpiry: start + 90 * year,
    idleExpiry: start + 90 * year,
    meta: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' },
  }
}

/**
 * A whole refresh, as an issuer does it: the tag, reading the session, claims of the subject, an access token by HS256,
 * the rotation.
 *
 * @param {SessionStore} store
 * @param {number} places
 * @returns {Promise<Asking>}
 */
export async function refreshes(store, places) {
  const now = hastyClock()
  const key = hmacKey(randomBytes(32), 'HS256')
  const sign = createSigner({
    key,
    issuer: 'https://issuer.example',
    audience: 'api',
    expiresIn: '15m',
    now,
  })
  const sessions = createSessions({
    sign,
    store,
    now,
    absoluteTtl: '32850d',
    idleTtl: '32850d',
    storeDeadlineMs: 10_000,
    serviceKey: createServiceKeys({ current: randomBytes(32) }),
    loadSubject: () => Promise.resolve({ claims: { role: 'member' } }),
  })
  /** @type {string[]} */
  const tokens = []
  for (let place = 0; place < places; place++) {
    const subject = `user ${String(place)}`
    tokens.push((await sessions.issue({ subject, client, scope: 'read write' })).refreshToken)
  }
  return {
    name: 'jotgate',
    once: async (place) => {
      const token = tokens[place] ?? ''
      const { refreshToken } = await sessions.refresh(token, { client })
      tokens[place] = refreshToken
      return refreshToken !== token
    },
  }
}

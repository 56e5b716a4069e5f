import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { createSessions, createServiceKeys, createSigner, hmacKey } from 'jotgate'

/** @import { SessionStore } from 'jotgate/extend' */
/** @import { Asking } from './round-trips.mjs' */

const client = 'web'

/**
 * A login with facts of so many bytes, and the first refresh. Each is another user's: making room for many sessions of one
 * is other work.
 *
 * @param {SessionStore} store
 * @param {number} bytes of JSON; 0 for a login without facts
 * @returns {Asking} named by the bytes
 */
export function logins(store, bytes) {
  const sign = createSigner({
    key: hmacKey(randomBytes(32), 'HS256'),
    issuer: 'https://issuer.example',
    audience: 'api',
    expiresIn: '15m',
  })
  const sessions = createSessions({
    sign,
    store,
    storeDeadlineMs: 10_000,
    serviceKey: createServiceKeys({ current: randomBytes(32) }),
    loadSubject: () => Promise.resolve({ claims: { role: 'member' } }),
  })
  const withFacts = bytes === 0 ? {} : { facts: factsOf(bytes) }
  const run = randomBytes(6).toString('hex')
  let users = 0
  return {
    name: String(bytes),
    once: async () => {
      const subject = `user ${run} ${String(users++)}`
      const login = await sessions.issue({ subject, client, scope: 'read write', ...withFacts })
      const next = await sessions.refresh(login.refreshToken, { client })
      const tokens = [login, next].map(({ accessToken }) => accessToken)
      return tokens.every((token) => token.length > bytes) && next.sid === login.sid
    },
  }
}

/**
 * As an app has them: some names with short values.
 *
 * @param {number} bytes
 * @returns {Readonly<Record<string, string>>}
 */
function factsOf(bytes) {
  /** @type {Record<string, string>} */
  const facts = {}
  const length = () => Buffer.byteLength(JSON.stringify(facts))
  for (let number = 0; length() + 40 < bytes; number++)
    facts[`fact${String(number).padStart(3, '0')}`] = 'value of a fact'
  facts['rest'] = ''
  facts['rest'] = 'x'.repeat(bytes - length())
  return facts
}

import { randomBytes } from 'node:crypto'
import { createSessions, createServiceKeys, createSigner, hmacKey } from 'jotgate'
import { postgresStores } from 'jotgate/stores/postgres'
import { Pool } from 'pg'
import { openCaller } from './calling.mjs'
import { administrator } from './fleet.mjs'

/** @import { Pair } from './calling.mjs' */
/** @import { Fleet } from './fleet.mjs' */

/**
 * Users of a fleet, all with one password, and sessions of theirs: some with both tokens, many with the one for refreshing; the hash of the administrator's; and rows to write to
 * for those who only write.
 *
 * @typedef {{ readonly ports: readonly number[], readonly usernames: readonly string[], readonly password: string,
 *   readonly phc: string, readonly pairs: readonly Pair[], readonly refreshTokens: readonly string[], readonly ids: readonly string[] }} Material
 */

/**
 * @param {Fleet} fleet
 * @param {{ readonly users: number, readonly pairs: number, readonly sessions: number }} extent
 * @returns {Promise<Material>}
 */
export async function makeMaterial(fleet, { users, pairs: wanted, sessions }) {
  const { ports, password, database, refreshSecret } = fleet
  const caller = openCaller(ports[0] ?? 0, 16)
  const pool = new Pool({ connectionString: database, max: 8 })
  try {
    const { accessToken: token } = await caller.login(administrator, password)
    const usernames = Array.from({ length: users }, (_, place) => `bench-${String(place + 1)}`)
    for (const username of usernames) {
      const body = { username, password, roles: ['member'] }
      const { status } = await caller.insist('POST /admin/users', { token, body })
      if (status >= 300) throw new Error(`a new user was answered ${String(status)}`)
    }
    const nameOf = (/** @type {number} */ place) => usernames[place % users] ?? ''
    const pairs = []
    for (let place = 0; place < wanted; place++)
      pairs.push(await caller.login(nameOf(place), password))
    const ids = Array.from({ length: wanted }, (_, place) => `row ${String(place)}`)
    await pool.query('CREATE TABLE bare (id TEXT PRIMARY KEY, value TEXT NOT NULL)')
    await pool.query("INSERT INTO bare SELECT unnest($1::text[]), ''", [ids])
    const { rows } = await pool.query('SELECT id, password_hash FROM service_users LIMIT 1')
    const { id: subject, password_hash: phc } = rows[0]
    const refreshTokens = await issueMany(pool, { subject, refreshSecret, count: sessions })
    return { ports, usernames, password, phc, pairs, refreshTokens, ids }
  } finally {
    await caller.close()
    await pool.end()
  }
}

/**
 * Sessions as logins make them, without the logins: these are not what is measured.
 *
 * @param {Pool} pool
 * @param {{ readonly subject: string, readonly refreshSecret: string, readonly count: number }} wanted
 * @returns {Promise<readonly string[]>}
 */
export async function issueMany(pool, { subject, refreshSecret, count }) {
  const key = hmacKey(randomBytes(32), 'HS256')
  const sessions = createSessions({
    sign: createSigner({ key, issuer: 'https://auth.example', audience: 'api', expiresIn: '1h' }),
    store: postgresStores(pool, { deadlineMs: 10_000 }).sessions,
    storeDeadlineMs: 10_000,
    serviceKey: createServiceKeys({ current: Buffer.from(refreshSecret) }),
    loadSubject: () => Promise.resolve({ claims: { roles: ['member'] } }),
  })
  const scope = 'profile:read profile:write'
  const meta = {
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  }
  const request = { subject, client: 'first-party', scope, audience: ['api'], meta }
  /** @type {string[]} */
  const tokens = []
  const work = async () => {
    while (tokens.length < count) tokens.push((await sessions.issue(request)).refreshToken)
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return tokens
}

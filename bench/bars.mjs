/**
 * What is to be reached, by measurement and opponent. `atMost`: our time as a multiple of theirs. `atLeast`: how many
 * times as fast as they we are. Only ratios of one run can be missed, never absolute times.
 *
 * @typedef {{ readonly name: string, readonly versus: string, readonly kind: 'atMost' | 'atLeast',
 *   readonly limit: (nodeMajor: number) => number }} Bar
 */

/** The name of the bare call, which every ratio of ours may be compared with. */
export const floor = 'node:crypto'

/** @type {readonly Bar[]} */
export const bars = [
  atMost('verify HS256', (major) => (major >= 24 ? 1.3 : 1.4)),
  atLeast('verify HS256', 'jsonwebtoken', 3),
  atLeast('verify HS256', 'fast-jwt', 2.2),
  atLeast('verify HS256', 'jose', 8),
  atMost('verify RS256', () => 1.12),
  atMost('verify ES256', () => 1.04),
  atMost('verify EdDSA', () => 1.05),
  atLeast('sign HS256', 'fast-jwt', 2.3),
  atMost('sign RS256', () => 1.05),
  atMost('sign ES256', () => 1.12),
  atMost('sign EdDSA', () => 1.1),
  atMost('verify HS256, cache hit', () => 0.15),
  atLeast('verify HS256, cache hit', 'fast-jwt', 10),
  atLeast('http: fastify HS256, added', '@fastify/jwt', 4),
  atLeast('http: fastify HS256, added from the cache', '@fastify/jwt', 10),
  // Ten times the routes: linear, with a little for caches that no longer hold everything.
  atMost('api: parse and check', () => 12, 'a tenth'),
  atMost('api: generate', () => 12, 'a tenth'),
  atMost('api: parse, check and generate', () => 12, 'a tenth'),
  atMost('api: openapi', () => 12, 'a tenth'),
  // The audit row of a login: at most five hundredths of the login's processor time.
  atMost('audit: a login, processor, row in PostgreSQL', () => 1.05, 'without its row'),
  atMost('audit: a login, processor, row in SQLite', () => 1.05, 'without its row'),
  // At least half as many a second as of the store's bare round trips.
  atMost('sessions: SQLite, rotate', () => 2, 'bare'),
  atMost('sessions: PostgreSQL, rotate', () => 2, 'bare'),
  atMost('sessions: Redis by ioredis, rotate', () => 2, 'bare'),
  atMost('sessions: Redis by node-redis, rotate', () => 2, 'bare'),
  atMost('revocation: id not revoked', () => 0.06),
  atMost('revocation: every kind, not revoked', () => 0.25),
  atMost('revocation: memory an entry', () => 1, '48 B'),
  atMost('revocation: full garbage collection, added', () => 1, '10 ms'),
  atMost('service: p99 of verified requests in a login storm', () => 2, 'idle'),
]

/**
 * @param {string} name
 * @param {string} versus
 */
export function barOf(name, versus) {
  return bars.find((bar) => bar.name === name && bar.versus === versus)
}

/**
 * Whether a ratio reaches its bar.
 *
 * @param {Bar} bar
 * @param {number} ratio
 * @param {{ nodeMajor: number }} under
 */
export function isMet(bar, ratio, { nodeMajor }) {
  const limit = bar.limit(nodeMajor)
  // Written so that NaN is not met.
  return bar.kind === 'atMost' ? ratio <= limit : ratio >= limit
}

/**
 * @param {string} name
 * @param {(nodeMajor: number) => number} limit
 * @param {string} [versus]
 * @returns {Bar}
 */
function atMost(name, limit, versus = floor) {
  return { name, versus, kind: 'atMost', limit }
}

/**
 * @param {string} name
 * @param {string} versus
 * @param {number} limit
 * @returns {Bar}
 */
function atLeast(name, versus, limit) {
  return { name, versus, kind: 'atLeast', limit: () => limit }
}

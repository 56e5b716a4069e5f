import { afterEach, describe, expect, test } from 'vitest'
import { AuthError, ConfigError } from '../../src/foundation/errors.js'
import type { Claims } from '../../src/token/index.js'
import {
  createRevocation,
  type Revocation,
  type RevocationOptions,
  type RevocationStore,
  type RevokeRequest,
} from '../../src/revocation/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testkit/index.js'
import { issuer, verifiedToken } from './tokens.js'

const open: Revocation[] = []
afterEach(() => {
  for (const revocation of open.splice(0)) revocation.close()
})

function make(options: Partial<RevocationOptions> = {}) {
  const clock = fakeClock()
  const steady = fakeClock(0)
  const store = options.store ?? memoryStores().revocations
  const revocation = createRevocation({
    store,
    issuer,
    accessTtl: '15m',
    now: clock.now,
    monotonic: steady.now,
    ...options,
  })
  open.push(revocation)
  const token = (claims: Claims) => verifiedToken(claims, clock.now)
  return { revocation, store, clock, steady, token }
}

async function started(options: Partial<RevocationOptions> = {}) {
  const made = make(options)
  await made.revocation.start()
  return made
}

const claims = { sub: 'user-1', jti: 'token-1', sid: 'session-1', client_id: 'web' }

describe('revoking', () => {
  const start = 1_800_000_000
  interface Case {
    readonly name: string
    readonly request: RevokeRequest
    /** What the presented token has beside or instead of {@link claims}. */
    readonly changes?: Claims
    readonly refused: boolean
  }
  const cases: readonly Case[] = [
    { name: 'a token id refuses that token', request: { jti: 'token-1' }, refused: true },
    { name: 'a token id leaves others', request: { jti: 'token-2' }, refused: false },
    { name: 'a session refuses its tokens', request: { sid: 'session-1' }, refused: true },
    { name: 'a session leaves others', request: { sid: 'session-2' }, refused: false },
    { name: 'a client refuses its tokens', request: { client: 'web' }, refused: true },
    { name: 'a client leaves others', request: { client: 'app' }, refused: false },
    {
      name: 'a subject refuses what was issued before',
      request: { subject: 'user-1', before: start + 1 },
      refused: true,
    },
    {
      name: 'a subject refuses what was issued in that second',
      request: { subject: 'user-1', before: start },
      refused: true,
    },
    {
      name: 'a subject leaves what was issued after',
      request: { subject: 'user-1', before: start - 1 },
      refused: false,
    },
    {
      name: 'a subject leaves others',
      request: { subject: 'user-2', before: start },
      refused: false,
    },
    {
      name: 'everything refuses what was issued until then',
      request: { all: true, before: start },
      refused: true,
    },
    {
      name: 'everything leaves what was issued after',
      request: { all: true, before: start },
      changes: { iat: start + 1 },
      refused: false,
    },
    { name: 'a token id is not taken for a session', request: { sid: 'token-1' }, refused: false },
    {
      name: 'the token id of another issuer is another id',
      request: { jti: 'token-1' },
      changes: { iss: 'https://b' },
      refused: false,
    },
  ]

  test.each(cases)('$name', async ({ request, changes, refused }) => {
    const { revocation, token } = await started()
    const presented = await token({ ...claims, ...changes })
    expect(revocation.isRevoked(presented)).toBe(false)
    await revocation.revoke(request)
    expect(revocation.isRevoked(presented)).toBe(refused)
  })

  test('a verified token goes by its id and its own issuer', async () => {
    const { revocation, token } = await started()
    const own = await token(claims)
    const foreign = await token({ ...claims, iss: 'https://b' })
    await revocation.revoke({ token: foreign })
    expect(revocation.isRevoked(foreign)).toBe(true)
    expect(revocation.isRevoked(own)).toBe(false)
  })

  test('a token without an issue time is older than every time', async () => {
    const { revocation, token } = await started()
    const presented = { ...(await token(claims)), payload: { sub: 'user-1' } }
    await revocation.revoke({ subject: 'user-1', before: 1 })
    expect(revocation.isRevoked(presented)).toBe(true)
  })

  test.each<[string, RevokeRequest]>([
    ['a time more than a minute ahead', { subject: 'user-1', before: start + 61 }],
    ['a fraction of a second', { all: true, before: start - 0.5 }],
    ['an empty session', { sid: '' }],
    ['a session with a null character', { sid: 'a\0' }],
  ])('%s is refused and changes nothing', async (_, request) => {
    const { revocation } = await started()
    await expect(revocation.revoke(request)).rejects.toThrow(/^revoke: /)
    expect(revocation.status().entries).toBe(0)
  })

  test('a minute ahead is taken', async () => {
    const { revocation } = await started()
    await revocation.revoke({ all: true, before: start + 60 })
    expect(revocation.status().entries).toBe(1)
  })

  test('a token without an id is refused', async () => {
    const { revocation, token } = await started()
    const presented = { ...(await token(claims)), payload: { sub: 'user-1' } }
    await expect(revocation.revoke({ token: presented })).rejects.toMatchObject({
      code: 'CLAIM_MISSING',
    })
  })

  test('beyond maxEntries is refused; what is known already is not', async () => {
    const { revocation } = await started({ maxEntries: 1 })
    await revocation.revoke({ sid: 'a' })
    await expect(revocation.revoke({ sid: 'b' })).rejects.toMatchObject({ status: 503 })
    await revocation.revoke({ sid: 'a' })
  })
})

describe('an entry', () => {
  test('is enforced past the expiry of the token and every clock tolerance, and not for ever', async () => {
    const { revocation, clock, token } = await started()
    const presented = await token(claims)
    await revocation.revoke({ token: presented })
    clock.advance(900 + 359)
    expect(revocation.isRevoked(presented)).toBe(true)
    clock.advance(1)
    expect(revocation.isRevoked(presented)).toBe(false)
  })

  test('for a token is kept by its own expiry, however much longer than accessTtl', async () => {
    const { revocation, clock, token } = await started()
    const short = await token(claims)
    const presented = { ...short, payload: { ...short.payload, exp: clock.now() + 86_400 } }
    await revocation.revoke({ token: presented })
    clock.advance(86_400 + 359)
    expect(revocation.isRevoked(presented)).toBe(true)
  })

  test('for a session outlives every access token that the session can have at that moment', async () => {
    const { revocation, clock, token } = await started()
    await revocation.revoke({ sid: 'session-1' })
    const newest = await token(claims)
    clock.advance(900 + 300)
    expect(revocation.isRevoked(newest)).toBe(true)
  })
})

describe('when the store', () => {
  const failing: RevocationStore = {
    ...memoryStores().revocations,
    add: () => Promise.reject(new Error('connection reset')),
  }

  test('does not confirm, revoking rejects with 503, and this process enforces it all the same', async () => {
    const { revocation, token } = await started({ store: failing })
    const presented = await token(claims)
    await expect(revocation.revoke({ token: presented })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    expect(revocation.isRevoked(presented)).toBe(true)
  })

  test('hangs, revoking rejects too', async () => {
    const store = { ...failing, add: () => new Promise<never>(() => undefined) }
    const { revocation } = await started({ store })
    await expect(revocation.revoke({ sid: 'a' })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
  })

  test('has not been read yet, nothing is known and the process is not ready', async () => {
    const { revocation, token } = make()
    const presented = await token(claims)
    expect(revocation.ready()).toBe(false)
    expect(() => revocation.isRevoked(presented)).toThrow(AuthError)
    expect(revocation.status()).toMatchObject({ ready: false, staleness: undefined })
    await revocation.start()
    expect(revocation.ready()).toBe(true)
    expect(revocation.isRevoked(presented)).toBe(false)
  })

  test('can not be read at the start, starting rejects and nothing is known', async () => {
    const store = { ...failing, open: () => Promise.reject(new Error('no such table')) }
    const { revocation } = make({ store })
    await expect(revocation.start()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(revocation.ready()).toBe(false)
  })

  test('has been silent for longer than maxStaleness, nothing but what is revoked is known', async () => {
    const { revocation, steady, token } = await started({ beatEveryMs: 7000 })
    await revocation.revoke({ sid: 'session-2' })
    const good = await token(claims)
    const revoked = await token({ ...claims, sid: 'session-2' })
    steady.advance(10)
    expect(revocation.isRevoked(good)).toBe(false)
    steady.advance(1)
    expect(() => revocation.isRevoked(good)).toThrow(
      expect.objectContaining({ code: 'REVOCATION_UNKNOWN', status: 503 }),
    )
    expect(revocation.isRevoked(revoked)).toBe(true)
    expect(revocation.ready()).toBe(false)
  })
})

describe('createRevocation refuses', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown option', { stale: 5 }, 'stale'],
    ['no issuer', { issuer: '' }, 'issuer'],
    ['no access token life', { accessTtl: 0 }, 'accessTtl'],
    ['a heartbeat of no length', { beatEveryMs: 0 }, 'beatEveryMs'],
    ['heartbeats that do not fit', { beatEveryMs: 9000 }, 'maxStaleness'],
    ['a store that is none', { store: null }, 'store'],
  ])('%s', (_, options, option) => {
    const build = () =>
      createRevocation({
        store: memoryStores().revocations,
        issuer,
        accessTtl: 900,
        ...options,
      })
    expect(build).toThrow(ConfigError)
    expect(build).toThrow(new RegExp(`^createRevocation\\.${option}: `))
  })
})

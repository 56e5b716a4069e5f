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

describe('revoke', () => {
  const start = 1_800_000_000
  interface Case {
    readonly name: string
    readonly request: RevokeRequest
    /** Claims of the presented token that differ from {@link claims}. */
    readonly changes?: Claims
    readonly refused: boolean
  }
  const cases: readonly Case[] = [
    { name: 'revoking a token id refuses that token', request: { jti: 'token-1' }, refused: true },
    {
      name: 'revoking a token id refuses no other token',
      request: { jti: 'token-2' },
      refused: false,
    },
    { name: 'revoking a session refuses its tokens', request: { sid: 'session-1' }, refused: true },
    {
      name: 'revoking a session refuses no token of another session',
      request: { sid: 'session-2' },
      refused: false,
    },
    { name: 'revoking a client refuses its tokens', request: { client: 'web' }, refused: true },
    {
      name: 'revoking a client refuses no token of another client',
      request: { client: 'app' },
      refused: false,
    },
    {
      name: 'revoking a client up to a time refuses tokens issued up to the cut-off',
      request: { client: 'web', before: start },
      refused: true,
    },
    {
      name: 'revoking a client up to a time refuses no token issued after the cut-off',
      request: { client: 'web', before: start },
      changes: { iat: start + 1 },
      refused: false,
    },
    {
      name: 'revoking a subject refuses tokens issued before the cut-off',
      request: { subject: 'user-1', before: start + 1 },
      refused: true,
    },
    {
      name: 'revoking a subject refuses tokens issued in the second of the cut-off',
      request: { subject: 'user-1', before: start },
      refused: true,
    },
    {
      name: 'revoking a subject refuses no token issued after the cut-off',
      request: { subject: 'user-1', before: start - 1 },
      refused: false,
    },
    {
      name: 'revoking a subject refuses no token of another subject',
      request: { subject: 'user-2', before: start },
      refused: false,
    },
    {
      name: 'revoking everything refuses tokens issued up to the cut-off',
      request: { all: true, before: start },
      refused: true,
    },
    {
      name: 'revoking everything refuses no token issued after the cut-off',
      request: { all: true, before: start },
      changes: { iat: start + 1 },
      refused: false,
    },
    {
      name: 'revoking a session refuses no token with that id',
      request: { sid: 'token-1' },
      refused: false,
    },
  ]

  const named: readonly (readonly [string, Exclude<RevokeRequest, { token: unknown }>])[] = [
    ['a token id', { jti: 'token-1' }],
    ['a session', { sid: 'session-1' }],
    ['a client', { client: 'web' }],
    ['a client up to a time', { client: 'web', before: start }],
    ['a subject', { subject: 'user-1', before: start }],
    ['everything', { all: true, before: start }],
  ]
  test.each(named)('revoking %s refuses no token of another issuer', async (_, request) => {
    const { revocation, store, token } = await started()
    const own = await token(claims)
    const foreign = await token({ ...claims, iss: 'https://b' })
    await revocation.revoke(request)
    const fresh = make({ store }).revocation
    for (const asked of [revocation, fresh]) {
      expect(await asked.isRevokedStrict(own)).toBe(true)
      expect(await asked.isRevokedStrict(foreign)).toBe(false)
    }
    expect(revocation.isRevoked(foreign)).toBe(false)
  })
  test.each(named)('revoking %s of a named issuer refuses its tokens alone', async (_, request) => {
    const { revocation, token } = await started()
    const own = await token(claims)
    const foreign = await token({ ...claims, iss: 'https://b' })
    await revocation.revoke({ ...request, issuer: 'https://b' })
    expect(revocation.isRevoked(foreign)).toBe(true)
    expect(revocation.isRevoked(own)).toBe(false)
    expect(revocation.isRevoked(await token({ ...claims, iss: 'https://b/' }))).toBe(false)
  })
  test.each([undefined, null, '', 1])('revoking at the issuer %s is a TypeError', async (given) => {
    const { revocation, token } = await started()
    const request = { ...{ subject: 'user-1', before: start }, issuer: given as never }
    await expect(revocation.revoke(request)).rejects.toThrow(TypeError)
    expect(revocation.isRevoked(await token(claims))).toBe(false)
  })

  test.each(cases)('$name', async ({ request, changes, refused }) => {
    const { revocation, token } = await started()
    const presented = await token({ ...claims, ...changes })
    expect(revocation.isRevoked(presented)).toBe(false)
    await revocation.revoke(request)
    expect(revocation.isRevoked(presented)).toBe(refused)
  })

  test('revoking a verified token revokes its id for its own issuer', async () => {
    const { revocation, token } = await started()
    const own = await token(claims)
    const foreign = await token({ ...claims, iss: 'https://b' })
    await revocation.revoke({ token: foreign })
    expect(revocation.isRevoked(foreign)).toBe(true)
    expect(revocation.isRevoked(own)).toBe(false)
  })

  test('a cut-off refuses a token without iat', async () => {
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
  ])('revoke rejects %s and adds no entry', async (_, request) => {
    const { revocation } = await started()
    await expect(revocation.revoke(request)).rejects.toThrow(/^revoke: /)
    expect(revocation.status().entries).toBe(0)
  })

  test('revoke accepts a cut-off a minute ahead', async () => {
    const { revocation } = await started()
    await revocation.revoke({ all: true, before: start + 60 })
    expect(revocation.status().entries).toBe(1)
  })

  test('revoke rejects a token without jti', async () => {
    const { revocation, token } = await started()
    const presented = { ...(await token(claims)), payload: { sub: 'user-1' } }
    await expect(revocation.revoke({ token: presented })).rejects.toMatchObject({
      code: 'CLAIM_MISSING',
    })
  })

  test('revoke rejects a new entry beyond maxEntries, and accepts a known one', async () => {
    const { revocation } = await started({ maxEntries: 1 })
    await revocation.revoke({ sid: 'a' })
    await expect(revocation.revoke({ sid: 'b' })).rejects.toMatchObject({ status: 503 })
    await revocation.revoke({ sid: 'a' })
  })
})

describe('an entry', () => {
  test('an entry is enforced until 360 s after the expiry of its token', async () => {
    const { revocation, clock, token } = await started()
    const presented = await token(claims)
    await revocation.revoke({ token: presented })
    clock.advance(900 + 359)
    expect(revocation.isRevoked(presented)).toBe(true)
    clock.advance(1)
    expect(revocation.isRevoked(presented)).toBe(false)
  })

  test('the entry for a verified token outlives its exp, even far beyond accessTtl', async () => {
    const { revocation, clock, token } = await started()
    const short = await token(claims)
    const presented = { ...short, payload: { ...short.payload, exp: clock.now() + 86_400 } }
    await revocation.revoke({ token: presented })
    clock.advance(86_400 + 359)
    expect(revocation.isRevoked(presented)).toBe(true)
  })

  test('the entry for a session outlives the newest access token of the session', async () => {
    const { revocation, clock, token } = await started()
    await revocation.revoke({ sid: 'session-1' })
    const newest = await token(claims)
    clock.advance(900 + 300)
    expect(revocation.isRevoked(newest)).toBe(true)
  })
})

describe('with a failing store', () => {
  const failing: RevocationStore = {
    ...memoryStores().revocations,
    add: () => Promise.reject(new Error('connection reset')),
  }

  test('revoke rejects with 503 if the store rejects, and the process enforces the entry anyway', async () => {
    const { revocation, token } = await started({ store: failing })
    const presented = await token(claims)
    await expect(revocation.revoke({ token: presented })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    expect(revocation.isRevoked(presented)).toBe(true)
  })

  test('revoke rejects with 503 if the store does not answer', async () => {
    const store = { ...failing, add: () => new Promise<never>(() => undefined) }
    const { revocation } = await started({ store })
    await expect(revocation.revoke({ sid: 'a' })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
  })

  test('before start, isRevoked throws and the process is not ready', async () => {
    const { revocation, token } = make()
    const presented = await token(claims)
    expect(revocation.ready()).toBe(false)
    expect(() => revocation.isRevoked(presented)).toThrow(AuthError)
    expect(revocation.status()).toMatchObject({ ready: false, staleness: undefined })
    await revocation.start()
    expect(revocation.ready()).toBe(true)
    expect(revocation.isRevoked(presented)).toBe(false)
  })

  test('start rejects if the store cannot be opened, and the process is not ready', async () => {
    const store = { ...failing, open: () => Promise.reject(new Error('no such table')) }
    const { revocation } = make({ store })
    await expect(revocation.start()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(revocation.ready()).toBe(false)
  })

  test('after maxStaleness without a heartbeat, isRevoked throws for every token that is not revoked', async () => {
    const { revocation, steady, token } = await started({ heartbeatEveryMs: 7000 })
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

describe('options of createRevocation', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown option', { stale: 5 }, 'stale'],
    ['an empty issuer', { issuer: '' }, 'issuer'],
    ['an accessTtl of 0', { accessTtl: 0 }, 'accessTtl'],
    ['a heartbeat interval of 0', { heartbeatEveryMs: 0 }, 'heartbeatEveryMs'],
    ['heartbeats that do not fit into maxStaleness', { heartbeatEveryMs: 9000 }, 'maxStaleness'],
    ['a store of null', { store: null }, 'store'],
  ])('createRevocation rejects %s', (_, options, option) => {
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

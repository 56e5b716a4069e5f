import { createHash, randomBytes } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import {
  codeHash,
  openCodes,
  type CodeGrant,
} from '../../../apps/auth-service/src/oauth/authorize/codes.js'
import { openConsents } from '../../../apps/auth-service/src/oauth/authorize/consents.js'
import { openSites } from '../../../apps/auth-service/src/oauth/authorize/sites.js'
import { createClock, kinds, openDatabase } from '../outbox/setup.js'

const verifier = randomBytes(32).toString('base64url')
const redirectUri = 'https://site.example/callback'
const grant: CodeGrant = {
  client: 'client-1',
  redirectUri,
  codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
  nonce: 'n-1',
  scope: ['openid', 'orders:read'],
  audience: ['https://api.example'],
  subject: 'user-1',
  ssoSid: 'sso-sid',
  authTime: 1_700_000_000,
  amr: ['pwd'],
  acr: undefined,
  wantsAuthTime: true,
}

describe.each(kinds)('over %s', async (kind) => {
  const own = await openDatabase(kind)
  afterAll(() => own.remove())
  const { database } = own
  const clock = createClock()
  await database.query('CREATE TABLE jotgate_families (sid TEXT)')
  const sites = await openSites({ database, now: () => Math.floor(clock.now() / 1000) })
  const codes = await openCodes({
    database,
    kind,
    now: clock.now,
    sidOf: (hash) => sites.sidOfCode(hash),
  })
  const right = (code: string) => ({
    ...{ code, client: 'client-1', redirectUri },
    codeVerifier: verifier,
  })

  test('a code gives what it was made with, once', async () => {
    const code = await codes.create(grant)
    expect(await codes.redeem(right(code))).toEqual({ kind: 'redeemed', grant })
    clock.advance(11_000)
    const site = { sid: `sid-${code}`, ssoSid: 's', client: 'client-1', subject: 'user-1' }
    await sites.add({ ...site, offline: false }, codeHash(code))
    expect(await codes.redeem(right(code))).toEqual({ kind: 'again', sid: site.sid, seconds: 11 })
  })

  test('a code stays as it was when its client, address or verifier is wrong', async () => {
    const code = await codes.create(grant)
    const wrong = [
      { client: 'client-2' },
      { redirectUri: `${redirectUri}/` },
      { redirectUri: undefined },
      { codeVerifier: `${verifier}a` },
      { codeVerifier: undefined },
    ]
    for (const each of wrong)
      expect(await codes.redeem({ ...right(code), ...each })).toEqual({ kind: 'refused' })
    expect(await codes.redeem(right(code))).toMatchObject({ kind: 'redeemed' })
  })

  test('a verifier is refused for a code without a challenge', async () => {
    const code = await codes.create({ ...grant, codeChallenge: undefined })
    expect(await codes.redeem(right(code))).toEqual({ kind: 'refused' })
    const without = { ...right(code), codeVerifier: undefined }
    expect(await codes.redeem(without)).toMatchObject({ kind: 'redeemed' })
  })

  test('a code expires after sixty seconds, and is removed an hour later', async () => {
    const code = await codes.create(grant)
    clock.advance(60_000)
    expect(await codes.redeem(right(code))).toEqual({ kind: 'refused' })
    expect(await codes.sweep()).toBe(0)
    clock.advance(3_600_001)
    expect(await codes.sweep()).toBeGreaterThan(0)
  })

  test('of fifty presentations at once one alone gets the code', async () => {
    const code = await codes.create(grant)
    const all = await Promise.all(Array.from({ length: 50 }, () => codes.redeem(right(code))))
    expect(all.filter((each) => each.kind === 'redeemed')).toHaveLength(1)
    expect(all.filter((each) => each.kind === 'again')).toHaveLength(49)
  })

  test('sites are found by session and by login, and removed when their session is gone', async () => {
    const site = { sid: 'sid-9', ssoSid: 'sso-9', client: 'client-1', subject: 'user-9' }
    await sites.add({ ...site, offline: true }, 'hash-9')
    expect(await sites.bySid('sid-9')).toEqual({ ...site, offline: true })
    expect(await sites.ofLogin('sso-9')).toEqual([{ ...site, offline: true }])
    await expect(sites.add({ ...site, sid: 'sid-10', offline: true }, 'hash-9')).rejects.toThrow()
    await database.query('INSERT INTO jotgate_families (sid) VALUES ($1)', ['sid-9'])
    clock.advance(3_601_000)
    await sites.sweep()
    expect(await sites.bySid('sid-9')).toBeDefined()
    await database.query('DELETE FROM jotgate_families')
    expect(await sites.sweep()).toBe(1)
    expect(await sites.bySid('sid-9')).toBeUndefined()
  })

  test('a consent covers what was allowed and less, until it is withdrawn', async () => {
    const consents = await openConsents({ database })
    const asked = { subject: 'user-1', client: 'client-1', scope: ['a', 'b'], audience: ['x'] }
    expect(await consents.covers(asked)).toBe(false)
    await Promise.all([consents.give(asked), consents.give({ ...asked, scope: ['c'] })])
    expect(await consents.covers({ ...asked, scope: ['a', 'c'] })).toBe(true)
    expect(await consents.covers({ ...asked, scope: [] })).toBe(true)
    expect(await consents.covers({ ...asked, scope: ['d'] })).toBe(false)
    expect(await consents.covers({ ...asked, audience: ['x', 'y'] })).toBe(false)
    expect(await consents.covers({ ...asked, client: 'client-2' })).toBe(false)
    expect(await consents.listOf('user-1')).toMatchObject([{ client: 'client-1', audience: ['x'] }])
    expect(await consents.withdraw('user-1', 'client-1')).toBe(true)
    expect(await consents.withdraw('user-1', 'client-1')).toBe(false)
    expect(await consents.covers(asked)).toBe(false)
  })
})

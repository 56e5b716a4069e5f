import { afterAll, describe, expect, test } from 'vitest'
import { codeHash, openCodes } from '../../../apps/auth-service/src/oauth/authorize/codes.js'
import { endSitesOf } from '../../../apps/auth-service/src/oauth/authorize/end-sites.js'
import { openSites } from '../../../apps/auth-service/src/oauth/authorize/sites.js'
import { openSso, ssoClient } from '../../../apps/auth-service/src/oauth/authorize/sso.js'
import type { OAuthClient } from '../../../apps/auth-service/src/oauth/clients.js'
import { firstPartyClient } from '../../../apps/auth-service/src/oauth/first-party.js'
import { parseForm } from '../../../apps/auth-service/src/oauth/form.js'
import { redeemCode } from '../../../apps/auth-service/src/oauth/grant-code.js'
import type { OAuth } from '../../../apps/auth-service/src/oauth/oauth.js'
import type { Sessions } from '../../../src/session/index.js'
import { makeSessions } from '../../session/setup.js'
import { createClock, kinds, openDatabase } from '../outbox/setup.js'

const redirectUri = 'https://site.example/callback'
const client: OAuthClient = {
  ...firstPartyClient('https://api.example'),
  ...{ id: 'client-1', kind: 'confidential', grants: ['authorization_code'], scopes: ['openid'] },
  signIn: {
    ...{ redirectUris: [redirectUri], postLogoutRedirectUris: [], applicationType: 'web' },
    ...{ idTokenAlg: 'RS256', backchannelLogoutUri: undefined, requirePkce: false },
    ...{ consent: 'never', offline: false, allowedRoles: ['member'] },
  },
}

describe.each(kinds)('over %s', async (kind) => {
  const own = await openDatabase(kind)
  afterAll(() => own.remove())
  const { database } = own
  const codeClock = createClock()
  const sites = await openSites({ database })
  const sidOf = (hash: string) => sites.sidOfCode(hash)
  const codes = await openCodes({ database, kind, now: codeClock.now, sidOf })

  function open(beforeKept: () => Promise<void> = () => Promise.resolve()) {
    const holder: { sessions?: Sessions } = {}
    const onEnded = endSitesOf({ sites, sessions: () => holder.sessions ?? made.sessions })
    const made = makeSessions({ storeDeadlineMs: 60_000, hooks: { onEnded } })
    const { sessions, store, clock } = made
    const revocation = { isSidRevoked: () => false }
    const times = { absoluteTtl: 86_400, idleTtl: 3600, now: clock.now }
    const sso = openSso({ sessions, store, revocation, ...times })
    const events: string[] = []
    const user = { disabled: false, roles: ['member'] }
    const signing: unknown[] = []
    const idTokens = {
      sign: (content: unknown) => Promise.resolve(`id-token-${String(signing.push(content))}`),
    }
    const noted = {
      ...sites,
      add: async (...site: Parameters<typeof sites.add>) => {
        await sites.add(...site)
        await beforeKept()
      },
    }
    const oauth = {
      ...{ sessionsOf: () => sessions, clients: { byId: () => Promise.resolve(client) } },
      events: { record: ({ kind: name }: { kind: string }) => Promise.resolve(events.push(name)) },
      signIn: { ...{ sso, codes, idTokens }, sites: noted, users: { byId: () => user } },
    } as unknown as OAuth // the parts that the grant uses
    const logIn = async () => {
      const request = { subject: 'user-1', client: ssoClient, authentication: { amr: ['pwd'] } }
      return sso.kept(await sso.sessionsFor(undefined).issue(request)).login
    }
    const codeOf = ({ sid, authTime }: { sid: string; authTime: number }) =>
      codes.create({
        ...{ client: client.id, redirectUri, codeChallenge: undefined, nonce: 'n-1' },
        ...{ scope: ['openid'], audience: ['https://api.example'], subject: 'user-1' },
        ...{ ssoSid: sid, authTime, amr: ['pwd'], acr: undefined, wantsAuthTime: false },
      })
    const redeem = (code: string) => {
      const form = parseForm(new URLSearchParams({ code, redirect_uri: redirectUri }).toString())
      return redeemCode(oauth, { client, form, from: {} })
    }
    const live = async () =>
      (await sessions.list('user-1')).filter((each) => each.client === client.id)
    return { ...made, sso, logIn, codeOf, redeem, events, signing, live, user }
  }

  test('a code begins a session that ends with the login, and has an ID token', async () => {
    const { logIn, codeOf, redeem, events, signing, live, sso, store } = open()
    const login = await logIn()
    const { tokens, idToken } = await redeem(await codeOf(login))
    expect(idToken).toBe('id-token-1')
    expect(signing).toMatchObject([{ nonce: 'n-1', sid: tokens.sid, amr: ['pwd'] }])
    expect(events).toEqual(['site.login'])
    expect((await store.findBySid(tokens.sid))?.absoluteExpiry).toBe(login.expiresAt)
    expect(await live()).toHaveLength(1)
    await sso.end(login)
    await expect.poll(live).toEqual([])
  })

  test('of a thousand presentations at once one begins a session', async () => {
    const { logIn, codeOf, redeem, live } = open()
    const code = await codeOf(await logIn())
    const all = await Promise.allSettled(Array.from({ length: 1000 }, () => redeem(code)))
    const refused = all.filter((each) => each.status === 'rejected')
    expect(refused).toHaveLength(999)
    for (const { reason } of refused) expect(reason).toMatchObject({ error: 'invalid_grant' })
    expect(await live()).toHaveLength(1)
  })

  test('a second presentation ends the session after ten seconds, not before', async () => {
    const { logIn, codeOf, redeem, events, live } = open()
    const code = await codeOf(await logIn())
    await redeem(code)
    codeClock.advance(9_000)
    await expect(redeem(code)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await live()).toHaveLength(1)
    codeClock.advance(1_000)
    await expect(redeem(code)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await live()).toEqual([])
    expect(events).toEqual(['site.login', 'code.reused'])
  })

  test('who logs out while a code is on its way leaves no session at the site', async () => {
    const logOut = { run: () => Promise.resolve() }
    const { logIn, codeOf, redeem, live, sso } = open(() => logOut.run())
    const login = await logIn()
    logOut.run = () => sso.end(login)
    const code = await codeOf(login)
    await expect(redeem(code)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await sites.sidOfCode(codeHash(code))).toBeDefined()
    expect(await live()).toEqual([])
  })

  test('a user without a role of the client gets no session', async () => {
    const { logIn, codeOf, redeem, live, user } = open()
    const code = await codeOf(await logIn())
    user.roles = []
    await expect(redeem(code)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await live()).toEqual([])
  })
})

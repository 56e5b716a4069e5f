import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { memorySiteSessions, type RelyingPartyOptions } from '../../src/relying-party/index.js'
import { createRevocation } from '../../src/revocation/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { compact, publishedPem, startLiar, strangeKey, type Liar, type Members } from './liar.js'
import { logoutRequest, visitorOf, type Visitor } from './visitor.js'

let liar: Liar
let ended: unknown[] = []
const revocation = { revoke: (request: unknown) => Promise.resolve(ended.push(request)) }

beforeAll(async () => {
  liar = await startLiar()
})
beforeEach(() => {
  liar.lies = {}
  liar.now = () => Date.now() / 1000
  ended = []
})
afterAll(() => liar.close())

const event = 'http://schemas.openid.net/event/backchannel-logout'
let serial = 0

function claims(more: Members = {}): Members {
  const iat = Math.floor(liar.now())
  const jti = `logout-${String(++serial)}`
  const events = { [event]: {} }
  return {
    iss: liar.issuer,
    aud: 'shop',
    iat,
    exp: iat + 120,
    jti,
    sid: 'session-1',
    events,
    ...more,
  }
}

function token(more: Members = {}, header: Members = { typ: 'logout+jwt' }): string {
  return liar.signed(claims(more), header)
}

function site(options: Partial<RelyingPartyOptions> = { revocation }): Visitor {
  return visitorOf(liar, options)
}

describe('back-channel logout', () => {
  test('a logout token with a sid revokes that session, and is answered 200 without storing', async () => {
    const visitor = site()
    const answer = await visitor.tell(token({ sub: 'ada' }))
    expect([answer.status, answer.headers['Cache-Control'], answer.body]).toEqual([
      200,
      'no-store',
      '',
    ])
    expect(ended).toEqual([{ sid: 'session-1' }])
  })

  test('a logout token with a sub alone revokes what that subject got until its iat', async () => {
    const iat = Math.floor(Date.now() / 1000) - 30
    await site().tell(token({ sid: undefined, sub: 'ada', iat }))
    expect(ended).toEqual([{ subject: 'ada', before: iat }])
  })

  const kinds: Readonly<Record<string, readonly [() => string, Readonly<Record<string, string>>]>> =
    {
      'an ID token': [
        () => liar.signed({ ...claims(), sub: 'ada', nonce: 'n' }, { typ: 'JWT' }),
        { detail: 'TYPE_MISMATCH' },
      ],
      'a token without a type': [() => token({}, {}), { detail: 'TYPE_MISMATCH' }],
      'an access token': [() => token({}, { typ: 'at+jwt' }), { detail: 'TYPE_MISMATCH' }],
      'a token with a nonce': [() => token({ nonce: 'n' }), { claim: 'nonce' }],
      'a token without events': [() => token({ events: undefined }), { claim: 'events' }],
      'a token of another event': [
        () => token({ events: { 'https://other.example/event': {} } }),
        { claim: 'events' },
      ],
      'a token whose event is no object': [
        () => token({ events: { [event]: true } }),
        { claim: 'events' },
      ],
      'a token whose events are a list': [() => token({ events: [event] }), { claim: 'events' }],
      'a token with neither sid nor sub': [() => token({ sid: undefined }), { claim: 'sub' }],
      'a token whose sid is no text': [() => token({ sid: 7 }), { claim: 'sid' }],
      'a token without an id': [() => token({ jti: undefined }), { claim: 'jti' }],
      'a token of another issuer': [
        () => token({ iss: 'https://other.example' }),
        { detail: 'ISSUER_MISMATCH' },
      ],
      'a token for another client': [() => token({ aud: 'desk' }), { detail: 'AUDIENCE_MISMATCH' }],
      'an expired token': [() => token({ exp: 1_000_000_000 }), { detail: 'TOKEN_EXPIRED' }],
      'a token without an expiry': [() => token({ exp: undefined }), { detail: 'CLAIM_MISSING' }],
      'a token without a time of issue': [
        () => token({ iat: undefined }),
        { detail: 'CLAIM_MISSING' },
      ],
      'an unsigned token': [
        () => compact({ alg: 'none', typ: 'logout+jwt' }, claims(), ''),
        { detail: 'ALGORITHM_REFUSED' },
      ],
      'a token by HMAC with the public key': [
        () => compact({ alg: 'HS256', typ: 'logout+jwt', kid: 'one' }, claims(), publishedPem),
        { detail: 'ALGORITHM_REFUSED' },
      ],
      'a token signed with another key': [
        () => compact({ alg: 'RS256', typ: 'logout+jwt', kid: 'one' }, claims(), strangeKey),
        { detail: 'SIGNATURE_INVALID' },
      ],
    }
  test.each(Object.entries(kinds))(
    '%s is no logout token: 400, and nothing ends',
    async (_, [make, told]) => {
      const visitor = site()
      const answer = await visitor.tell(make())
      expect([answer.status, answer.headers['Cache-Control']]).toEqual([400, 'no-store'])
      expect(visitor.events.at(-1)).toMatchObject({ code: 'LOGOUT_TOKEN', ...told })
      expect(ended).toEqual([])
    },
  )

  test('a logout token that comes again is refused until it expires', async () => {
    const visitor = site()
    const once = token()
    expect((await visitor.tell(once)).status).toBe(200)
    expect((await visitor.tell(once)).status).toBe(400)
    expect(visitor.events.at(-1)).toMatchObject({ code: 'LOGOUT_TOKEN', claim: 'jti' })
    expect(ended).toHaveLength(1)
  })

  test('a logout token that a store did not take is taken when it is sent again', async () => {
    let isDown = true
    const failing = {
      revoke: (request: unknown) =>
        isDown ? Promise.reject(new Error('down')) : Promise.resolve(ended.push(request)),
    }
    const visitor = site({ revocation: failing })
    const sent = token()
    await expect(visitor.tell(sent)).rejects.toThrow('down')
    expect(
      (await visitor.party.answer('backchannelLogout', logoutRequest(`logout_token=${sent}`)))
        .status,
    ).toBe(500)
    isDown = false
    expect((await visitor.tell(sent)).status).toBe(200)
  })

  test('bodies that are no form with one logout token are refused', async () => {
    const { party } = site()
    const status = async (body: unknown, more?: Readonly<Record<string, string>>) =>
      (await party.backchannelLogout(logoutRequest(body, more))).status
    expect(await status('')).toBe(400)
    expect(await status(`logout_token=${token()}&logout_token=${token()}`)).toBe(400)
    expect(await status({ logout_token: [token(), token()] })).toBe(400)
    expect(await status(`logout_token=${token()}`, { 'content-type': 'text/plain' })).toBe(415)
    expect(await status(`logout_token=${'a'.repeat(70_000)}`)).toBe(413)
    const get = { ...logoutRequest(`logout_token=${token()}`), method: 'GET' }
    expect((await party.backchannelLogout(get)).status).toBe(400)
    expect(ended).toEqual([])
  })

  test('a site that could end nothing has no such route, and says which option is missing', async () => {
    const { party } = visitorOf(liar)
    expect(party.find('POST', '/auth/backchannel-logout')).toBeUndefined()
    expect(party.routes.map(({ name }) => name)).not.toContain('backchannelLogout')
    await expect(party.backchannelLogout(logoutRequest('logout_token=a'))).rejects.toThrow(
      /revocation/,
    )
  })

  test('a logout token ends the session in a store, also one whose tokens are still on their way', async () => {
    const store = memorySiteSessions()
    const visitor = site({ store })
    await visitor.tell(token())
    await visitor.logIn()
    expect(await visitor.party.session(visitor.request('/me'))).toBeUndefined()
  })

  test('whichever of a logout and a login on its way is first, nothing lives on', async () => {
    const store = memorySiteSessions()
    for (let round = 0; round < 50; round++) {
      const sid = `raced-${String(round)}`
      liar.lies = { claims: { sid } }
      const visitor = site({ store })
      const state = (await visitor.login()).get('state') ?? ''
      const [answer, told] = await Promise.all([
        visitor.comeBack({ code: 'c', state, iss: liar.issuer }),
        visitor.tell(token({ sid })),
      ])
      const session = await visitor.party.session(visitor.request('/me'))
      expect([answer.status, told.status, session]).toEqual([303, 200, undefined])
    }
  })

  test('a logout of a subject ends its older sessions in a store, and no newer one', async () => {
    const visitor = site({ store: memorySiteSessions() })
    const request = () => visitor.party.session(visitor.request('/me'))
    await visitor.logIn()
    expect(await request()).toMatchObject({ subject: 'ada', sid: 'session-1' })
    await visitor.tell(token({ sid: undefined, sub: 'ada' }))
    expect(await request()).toBeUndefined()
    const later = Date.now() / 1000 + 2
    liar.now = () => later
    await visitor.logIn()
    expect(await request()).toMatchObject({ subject: 'ada' })
  })

  test('createRevocation takes what a logout token says, with a sid and with a subject', async () => {
    const { revocations } = memoryStores()
    const made = createRevocation({ store: revocations, issuer: liar.issuer, accessTtl: '15m' })
    await made.start()
    const visitor = site({ revocation: made })
    expect((await visitor.tell(token())).status).toBe(200)
    expect((await visitor.tell(token({ sid: undefined, sub: 'ada' }))).status).toBe(200)
    expect(made.isSidRevoked('session-1')).toBe(true)
    made.close()
  })
})

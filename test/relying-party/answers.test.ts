import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LoginOptions } from '../../src/relying-party/index.js'
import { compact, publishedPem, startLiar, strangeKey, type Liar, type Lies } from './liar.js'
import { visitorOf, type Visitor } from './visitor.js'

let liar: Liar
let other: Liar
beforeAll(async () => {
  liar = await startLiar()
  other = await startLiar()
})
beforeEach(() => {
  liar.lies = {}
  liar.now = () => Date.now() / 1000
})
afterAll(() => Promise.all([liar.close(), other.close()]))

const now = () => Math.floor(Date.now() / 1000)
/** The left half of the SHA-256 of another access token. */
const otherHash = 'AAAAAAAAAAAAAAAAAAAAAA'

interface Refused {
  readonly lies: Lies
  readonly asked?: LoginOptions
  readonly told: Readonly<Record<string, string>>
}

/** Each lie by what the event says of it. */
const lies: Readonly<Record<string, Refused>> = {
  'the ID token of another issuer': {
    lies: { claims: { iss: 'https://other.example' } },
    told: { code: 'LOGIN_TOKEN', detail: 'ISSUER_MISMATCH' },
  },
  'the ID token of another client': {
    lies: { claims: { aud: 'desk' } },
    told: { code: 'LOGIN_TOKEN', detail: 'AUDIENCE_MISMATCH' },
  },
  'an ID token for several parties that names none': {
    lies: { claims: { aud: ['shop', 'desk'] } },
    told: { code: 'LOGIN_TOKEN', claim: 'azp' },
  },
  'an ID token that was made for another party': {
    lies: { claims: { azp: 'desk' } },
    told: { code: 'LOGIN_TOKEN', claim: 'azp' },
  },
  'an unsigned ID token': {
    lies: { forge: (claims) => compact({ alg: 'none' }, claims, '') },
    told: { code: 'LOGIN_TOKEN', detail: 'ALGORITHM_REFUSED' },
  },
  'an ID token that says it is unsigned': {
    lies: { forge: (claims) => `${compact({ alg: 'none' }, claims, '')}AAAA` },
    told: { code: 'LOGIN_TOKEN', detail: 'ALGORITHM_REFUSED' },
  },
  'an ID token by HMAC with the public key as its secret': {
    lies: { forge: (claims) => compact({ alg: 'HS256', kid: 'one' }, claims, publishedPem) },
    told: { code: 'LOGIN_TOKEN', detail: 'ALGORITHM_REFUSED' },
  },
  'an ID token signed with another key': {
    lies: { forge: (claims) => compact({ alg: 'RS256', kid: 'one' }, claims, strangeKey) },
    told: { code: 'LOGIN_TOKEN', detail: 'SIGNATURE_INVALID' },
  },
  'an expired ID token': {
    lies: { claims: { exp: now() - 120 } },
    told: { code: 'LOGIN_TOKEN', detail: 'TOKEN_EXPIRED' },
  },
  'an ID token without an expiry': {
    lies: { claims: { exp: undefined } },
    told: { code: 'LOGIN_TOKEN', detail: 'CLAIM_MISSING', claim: 'exp' },
  },
  'an ID token without a time of issue': {
    lies: { claims: { iat: undefined } },
    told: { code: 'LOGIN_TOKEN', detail: 'CLAIM_MISSING', claim: 'iat' },
  },
  'an ID token without a subject': {
    lies: { claims: { sub: undefined } },
    told: { code: 'LOGIN_TOKEN', claim: 'sub' },
  },
  'an ID token with another nonce': {
    lies: { claims: { nonce: 'another' } },
    told: { code: 'LOGIN_NONCE' },
  },
  'an ID token without a nonce': {
    lies: { claims: { nonce: undefined } },
    told: { code: 'LOGIN_NONCE' },
  },
  'an ID token for another access token': {
    lies: { claims: { at_hash: otherHash } },
    told: { code: 'LOGIN_TOKEN', claim: 'at_hash' },
  },
  'an access token instead of an ID token': {
    lies: { header: { typ: 'at+jwt' } },
    told: { code: 'LOGIN_TOKEN', claim: 'typ' },
  },
  'a logout token instead of an ID token': {
    lies: { header: { typ: 'logout+jwt' } },
    told: { code: 'LOGIN_TOKEN', detail: 'TYPE_MISMATCH' },
  },
  'an answer without an ID token': {
    lies: { answer: { id_token: undefined } },
    told: { code: 'LOGIN_TOKEN', claim: 'id_token' },
  },
  'an answer without an access token': {
    lies: { answer: { access_token: undefined } },
    told: { code: 'LOGIN_TOKEN', claim: 'access_token' },
  },
  'an answer with a token of another type': {
    lies: { answer: { token_type: 'mac' } },
    told: { code: 'LOGIN_TOKEN', claim: 'token_type' },
  },
  'an access token that no cookie holds': {
    lies: { answer: { access_token: 'a b; c=d' } },
    told: { code: 'LOGIN_TOKEN', claim: 'access_token' },
  },
  'a login without its time, when a recent one was asked for': {
    lies: {},
    asked: { maxAge: 60 },
    told: { code: 'LOGIN_TOKEN', claim: 'auth_time' },
  },
  'an old login, when a recent one was asked for': {
    lies: { claims: { auth_time: now() - 1000 } },
    asked: { maxAge: 60 },
    told: { code: 'LOGIN_TOKEN', claim: 'auth_time' },
  },
  'a login of a weaker kind than was asked for': {
    lies: { claims: { acr: 'silver' } },
    asked: { acrValues: ['gold'] },
    told: { code: 'LOGIN_TOKEN', claim: 'acr' },
  },
}

describe('tokens of a provider that lies', () => {
  test('the tokens of an honest one are taken', async () => {
    const visitor = visitorOf(liar)
    const answer = await visitor.logIn({ returnTo: '/orders' })
    expect([answer.status, answer.headers['Location'], visitor.events.at(-1)]).toEqual([
      303,
      '/orders',
      { route: 'callback', status: 303 },
    ])
  })

  test.each(Object.entries(lies))('%s is refused by name', async (_name, { lies, asked, told }) => {
    liar.lies = lies
    const visitor = visitorOf(liar)
    const answer = await visitor.logIn(asked)
    expect(visitor.events.at(-1)).toMatchObject({ route: 'callback', status: 400, ...told })
    expect([answer.status, answer.body.includes(told['code'] ?? '')]).toEqual([400, true])
    expect([...visitor.jar.keys()]).toEqual([])
    expect(answer.body).not.toMatch(/an-access-token|a-code|eyJ/)
  })

  test('what was asked for is taken when the ID token says it', async () => {
    liar.lies = { claims: { auth_time: now(), acr: 'gold' } }
    const answer = await visitorOf(liar).logIn({ maxAge: 60, acrValues: ['silver', 'gold'] })
    expect(answer.status).toBe(303)
  })

  test('clocks five minutes apart are refused by default, and taken with a clockTolerance of five minutes', async () => {
    liar.lies = { claims: { iat: now() + 290, exp: now() + 900 } }
    const strict = visitorOf(liar)
    await strict.logIn()
    expect(strict.events.at(-1)).toMatchObject({
      code: 'LOGIN_TOKEN',
      detail: 'TOKEN_NOT_YET_VALID',
    })
    expect((await visitorOf(liar, { clockTolerance: '5m' }).logIn()).status).toBe(303)
  })
})

/** Refused without a word to the token endpoint. */
async function refusedBefore(visitor: Visitor, answer: string, code: string): Promise<void> {
  const asked = liar.asked.length
  const { status } = await visitor.comeBack(answer)
  expect([status, visitor.events.at(-1)?.code, liar.asked.length]).toEqual([400, code, asked])
}

describe('answers that are not to this login', () => {
  const began = async (visitor: Visitor) => `state=${(await visitor.login()).get('state') ?? ''}`
  const iss = () => `iss=${encodeURIComponent(liar.issuer)}`

  test('an answer with a state of another browser is LOGIN_STATE, before its code goes anywhere', async () => {
    const [visitor, attacker] = [visitorOf(liar), visitorOf(liar)]
    await visitor.login()
    await refusedBefore(visitor, `code=c&${await began(attacker)}&${iss()}`, 'LOGIN_STATE')
  })

  test('an answer whose state only begins like this login is LOGIN_STATE', async () => {
    const visitor = visitorOf(liar)
    const state = await began(visitor)
    await refusedBefore(visitor, `code=c&${state.slice(0, -1)}&${iss()}`, 'LOGIN_STATE')
  })

  test('a cookie that another secret has sealed is no login', async () => {
    const other = visitorOf(liar, { clientSecret: 'another secret '.repeat(3) })
    const state = await began(other)
    const visitor = visitorOf(liar)
    for (const [name, value] of other.jar) visitor.jar.set(name, value)
    await refusedBefore(visitor, `code=c&${state}&${iss()}`, 'LOGIN_STATE')
  })

  test('an answer after ten minutes is LOGIN_STATE, whatever the browser still has', async () => {
    const visitor = visitorOf(liar)
    const state = await began(visitor)
    liar.now = () => Date.now() / 1000 + 601
    await refusedBefore(visitor, `code=c&${state}&${iss()}`, 'LOGIN_STATE')
  })

  test('an answer that comes again is LOGIN_STATE, even with its cookie put back', async () => {
    const visitor = visitorOf(liar)
    const state = await began(visitor)
    const jar = [...visitor.jar]
    expect((await visitor.comeBack(`code=c&${state}&${iss()}`)).status).toBe(303)
    visitor.jar.clear()
    for (const [name, value] of jar) visitor.jar.set(name, value)
    await refusedBefore(visitor, `code=c&${state}&${iss()}`, 'LOGIN_STATE')
  })

  test('an answer that comes again, while the browser has a session, goes on with that session', async () => {
    const visitor = visitorOf(liar)
    const state = await began(visitor)
    await visitor.comeBack(`code=c&${state}&${iss()}`)
    const asked = liar.asked.length
    const { status, headers } = await visitor.comeBack(`code=c&${state}&${iss()}`)
    expect([status, headers['Location'], liar.asked.length]).toEqual([303, '/', asked])
  })

  test('an answer that is reloaded while it is taken gets the same tokens, for one code', async () => {
    const visitor = visitorOf(liar)
    const query = `code=c&${await began(visitor)}&${iss()}`
    const asked = liar.asked.length
    const answers = await Promise.all([visitor, visitor].map((each) => each.comeBack(query)))
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    expect(answers[0]?.setCookie).toEqual(answers[1]?.setCookie)
    expect(liar.asked.length - asked).toBe(1)
  })

  const odd: Readonly<Record<string, (state: string) => string>> = {
    'two codes': (state) => `code=c&code=d&${state}&${iss()}`,
    'two states': (state) => `code=c&${state}&${state}&${iss()}`,
    'two issuers': (state) => `code=c&${state}&${iss()}&${iss()}`,
    'two errors': (state) => `error=a&error=b&${state}&${iss()}`,
    'a code and an error': (state) => `code=c&error=access_denied&${state}&${iss()}`,
    'neither a code nor an error': (state) => `${state}&${iss()}`,
    'no state': () => `code=c&${iss()}`,
  }
  test.each(Object.entries(odd))('an answer with %s is REQUEST_REFUSED', async (_name, query) => {
    const visitor = visitorOf(liar)
    await refusedBefore(visitor, query(await began(visitor)), 'REQUEST_REFUSED')
  })

  test('an answer of another provider is LOGIN_ISSUER, before its code goes anywhere', async () => {
    const visitor = visitorOf(liar)
    const state = await began(visitor)
    const strange = encodeURIComponent(other.issuer)
    await refusedBefore(visitor, `code=c&${state}&iss=${strange}`, 'LOGIN_ISSUER')
  })

  test('an answer without iss is LOGIN_ISSUER where the provider always sends it, and taken where it never does', async () => {
    const visitor = visitorOf(liar)
    await refusedBefore(visitor, `code=c&${await began(visitor)}`, 'LOGIN_ISSUER')
    liar.lies = { metadata: { authorization_response_iss_parameter_supported: undefined } }
    const lax = visitorOf(liar)
    expect((await lax.comeBack(`code=c&${await began(lax)}`)).status).toBe(303)
    const named = visitorOf(liar)
    const strange = encodeURIComponent(other.issuer)
    await refusedBefore(named, `code=c&${await began(named)}&iss=${strange}`, 'LOGIN_ISSUER')
  })

  test('a login that was begun at another provider is LOGIN_ISSUER, whatever the answer says', async () => {
    const [here, there] = [visitorOf(liar), visitorOf(other)]
    const state = await began(there)
    for (const [name, value] of there.jar) here.jar.set(name, value)
    await refusedBefore(here, `code=c&${state}&${iss()}`, 'LOGIN_ISSUER')
  })

  test('an error of the provider is LOGIN_REFUSED, and a text of the provider is not repeated', async () => {
    const visitor = visitorOf(liar)
    const answer = await visitor.comeBack(
      `error=%3Cscript%3E&error_description=x&${await began(visitor)}&${iss()}`,
    )
    expect(visitor.events.at(-1)).toMatchObject({ code: 'LOGIN_REFUSED', detail: 'unknown_error' })
    expect(answer.body).not.toContain('script>')
  })
})

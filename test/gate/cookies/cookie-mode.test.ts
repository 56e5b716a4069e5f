import { describe, expect, test } from 'vitest'
import { AuthError, ConfigError } from '../../../src/foundation/errors.js'
import {
  createCookieMode,
  from,
  createGate,
  type CookieModeOptions,
  type CookieTokens,
} from '../../../src/gate/index.js'
import { fakeCall, type CallShape } from '../calls.js'
import { sign, verify } from '../tokens.js'

const own = 'https://shop.example'
const cookies = createCookieMode({ origins: [own] })
const times = { expiresIn: 900, accessExpire: 1_800_000_900, refreshAfter: 1_800_000_450 }
const tokens: CookieTokens = { accessToken: 'eyJ.eyJ.c-_', refreshToken: 'AQ-_', ...times }

describe('set and clear', () => {
  test('set keeps each token for its lifetime, for this host only, unreadable for scripts', () => {
    expect(cookies.set(tokens)).toEqual({
      setCookie: [
        '__Host-access=eyJ.eyJ.c-_; Path=/; Max-Age=900; Secure; HttpOnly; SameSite=Strict',
        '__Host-refresh=AQ-_; Path=/; Max-Age=604800; Secure; HttpOnly; SameSite=Strict',
      ],
      body: times,
    })
    expect(cookies.clear()).toEqual([
      '__Host-access=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict',
      '__Host-refresh=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict',
    ])
  })

  test('set follows the options, but the refresh cookie stays Strict', () => {
    const names = { access: '__Host-a', refresh: '__Host-r' }
    const lax = createCookieMode({ origins: [own], refreshTtl: '30d', sameSite: 'Lax', names })
    expect(lax.set(tokens).setCookie).toEqual([
      '__Host-a=eyJ.eyJ.c-_; Path=/; Max-Age=900; Secure; HttpOnly; SameSite=Lax',
      '__Host-r=AQ-_; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Strict',
    ])
    expect(lax.clear()[0]).toContain('SameSite=Lax')
  })

  test.each([
    ['a.b.c; Domain=evil.example'],
    ['a.b.c\r\nSet-Cookie: x=y'],
    ['a.b.c\n'],
    ['a.b.c,d'],
    ['"a.b.c"'],
    ['a.b.c d'],
    ['a.b.c=='],
    ['a.b.c.d'],
    ['..'],
    [''],
    ['é'],
    [undefined],
    [{ toString: (): string => 'a.b.c' }],
    ['x'.repeat(4096)],
  ])('set refuses %j as a token, without repeating it in the message', (value) => {
    for (const name of ['accessToken', 'refreshToken']) {
      const wrong = { ...tokens, [name]: value }
      expect(() => cookies.set(wrong)).toThrow(TypeError)
      expect(() => cookies.set(wrong)).not.toThrow(/evil|xxx/)
    }
  })

  test('set accepts a token exactly up to the length that a browser keeps', () => {
    const longest = 'x'.repeat(4096 - '__Host-access'.length)
    expect(cookies.set({ ...tokens, accessToken: longest }).setCookie[0]).toContain(longest)
    expect(() => cookies.set({ ...tokens, accessToken: `${longest}x` })).toThrow(/4096 bytes/)
  })

  test.each(['expiresIn', 'accessExpire', 'refreshAfter'])('set requires the time %s', (name) => {
    for (const value of [undefined, NaN, '900; Domain=evil.example', Infinity])
      expect(() => cookies.set({ ...tokens, [name]: value })).toThrow(TypeError)
  })
})

describe('in the gate', () => {
  const gate = createGate({ verify, extract: from.first(from.bearer(), cookies.extract) })
  const admit = async (shape: CallShape) => {
    const call = fakeCall(shape)
    const outcome = await gate(call, () => gate.current().claims.sub).catch(
      (error: unknown) => (error as AuthError).code,
    )
    return { outcome, answer: call.answer }
  }

  test('a cookie is accepted from an own page, a bearer token from anywhere', async () => {
    const token = await sign({ sub: 'alice' })
    const cookie = ['cookie', `theme=dark; __Host-access=${token}`] as const
    const site = (value: string) => ['sec-fetch-site', value] as const
    const post = { method: 'POST', url: '/orders' }
    const ok = await admit({ ...post, fields: [cookie, site('same-origin')] })
    expect(ok.outcome).toBe('alice')
    expect(ok.answer.get('Cache-Control')).toBe('private')
    expect((await admit({ ...post, fields: [cookie, site('same-site')] })).outcome).toBe(
      'ORIGIN_REFUSED',
    )
    expect((await admit({ ...post, fields: [cookie] })).outcome).toBe('ORIGIN_REFUSED')
    expect((await admit({ fields: [cookie] })).outcome).toBe('alice')
    const bearer = ['authorization', `Bearer ${token}`] as const
    expect((await admit({ ...post, fields: [bearer, site('cross-site')] })).outcome).toBe('alice')
  })

  test('beside a cookie a bearer token decides, valid or not, from own pages and foreign ones', async () => {
    const cookie = ['cookie', `__Host-access=${await sign({ sub: 'alice' })}`] as const
    const bearer = `Bearer ${await sign({ sub: 'bob' })}`
    for (const site of ['same-origin', 'same-site', 'cross-site']) {
      const fields = [cookie, ['sec-fetch-site', site]] as const
      const both = (value: string) =>
        admit({ method: 'POST', fields: [...fields, ['authorization', value]] })
      expect((await both(bearer)).outcome).toBe('bob')
      expect((await both(`${bearer}x`)).outcome).toBe('SIGNATURE_INVALID')
      expect((await both('Bearer null')).outcome).toBe('TOKEN_MALFORMED')
      // Another scheme is none of the gate's: what a foreign page may do with the cookie stays the same.
      const allowed = site === 'same-origin' ? 'alice' : 'ORIGIN_REFUSED'
      expect((await both('Basic dTpw')).outcome).toBe(allowed)
    }
  })

  test('from.one refuses a bearer token beside a cookie', async () => {
    const token = await sign({ sub: 'alice' })
    const strict = createGate({ verify, extract: from.one(from.bearer(), cookies.extract) })
    const fields = [
      ['authorization', `Bearer ${token}`],
      ['cookie', `__Host-access=${token}`],
    ] as const
    await expect(strict(fakeCall({ fields }), () => 0)).rejects.toMatchObject({
      code: 'TOKEN_AMBIGUOUS',
    })
  })

  test.each([
    ['__Host-access=%; __Host-access=%', 'TOKEN_AMBIGUOUS'],
    ['__host-access=%', 'TOKEN_MISSING'],
    ['access=%', 'TOKEN_MISSING'],
    ['\u00a0__Host-access=%', 'TOKEN_MISSING'],
    ['\u000b__Host-access=%', 'TOKEN_MISSING'],
    ['\ufeff__Host-access=%', 'TOKEN_MISSING'],
    ['=__Host-access=%', 'TOKEN_MISSING'],
    ['__Host-access', 'TOKEN_MISSING'],
    ['__Host-access=', 'TOKEN_MISSING'],
    ['__Host-refresh=%', 'TOKEN_MISSING'],
    ['__Host-access=%x', 'SIGNATURE_INVALID'],
  ])('%j is %s', async (pattern, code) => {
    const token = await sign({ sub: 'alice' })
    const cookie = ['cookie', pattern.replaceAll('%', token)] as const
    expect((await admit({ fields: [cookie] })).outcome).toBe(code)
    expect((await admit({ url: `/?__Host-access=${token}` })).outcome).toBe('TOKEN_MISSING')
  })
})

describe('before login, refresh and logout', () => {
  const gate = cookies.gate({ realm: 'shop' })

  test('own pages are admitted, with or without a cookie, and no answer may be cached', async () => {
    for (const cookie of ['', '__Host-access=x; __Host-refresh=y', '__Host-access=x']) {
      const fields = [['sec-fetch-site', 'same-origin'] as const, ['cookie', cookie] as const]
      const call = fakeCall({ method: 'POST', fields })
      expect(await gate(call, () => 'handled')).toBe('handled')
      expect(call.answer.get('Cache-Control')).toBe('no-store')
    }
  })

  test('foreign pages are refused for every method, and the handler does not run', async () => {
    for (const method of ['GET', 'POST', 'DELETE'])
      for (const fields of [[], [['sec-fetch-site', 'same-site'] as const]]) {
        const refused = gate.check(fakeCall({ method, fields }))
        await expect(refused).rejects.toMatchObject({ code: 'ORIGIN_REFUSED' })
      }
  })

  test('the caller learns the reason, and no token is required', () => {
    const { status, headers, body } = gate.respond(new AuthError('ORIGIN_REFUSED'))
    expect(status).toBe(403)
    expect(headers).toMatchObject({
      'Cache-Control': 'no-store',
      'WWW-Authenticate': 'Bearer realm="shop"',
    })
    expect(JSON.parse(body)).toMatchObject({ status: 403, reason: 'origin_refused' })
  })

  test('two refresh cookies are refused; one is read, without its quotes', async () => {
    const twice = '__Host-refresh=a; __Host-refresh=b'
    const fields = [['sec-fetch-site', 'same-origin'] as const, ['cookie', twice] as const]
    await expect(gate.check(fakeCall({ method: 'POST', fields }))).rejects.toMatchObject({
      code: 'TOKEN_AMBIGUOUS',
    })
    expect(() => cookies.refreshToken(twice)).toThrow(AuthError)
    expect(cookies.refreshToken('a=b; __Host-refresh=c')).toBe('c')
    for (const none of [undefined, null, '', '__Host-refresh=', '__Secure-refresh=c', 'refresh=c'])
      expect(cookies.refreshToken(none)).toBeUndefined()
  })
})

test.each<[string, object]>([
  ['origins', {}],
  ['origins', { origins: [] }],
  ['origins', { origins: own }],
  ...[
    'https://shop.example/',
    'https://shop.example:443',
    'https://Shop.example',
    'https://shop.example/app',
    'https://user@shop.example',
    'https://*.shop.example',
    'http://shop.example',
    'http://127.0.0.1.evil.example',
    'ftp://shop.example',
    'shop.example',
    'null',
    '*',
    '',
    undefined,
  ].map((origin): [string, object] => ['origins.1', { origins: [own, origin] }]),
  ['sameSite', { origins: [own], sameSite: 'None' }],
  ['sameSite', { origins: [own], sameSite: 'strict; Domain=evil.example' }],
  ['refreshTtl', { origins: [own], refreshTtl: '401d' }],
  ['refreshTtl', { origins: [own], refreshTtl: 0 }],
  ['names', { origins: [own], names: null }],
  ['names', { origins: [own], names: { access: '__Host-a', refresh: '__Host-a' } }],
  ['names.access', { origins: [own], names: { access: 'access', refresh: '__Host-r' } }],
  ['names.refresh', { origins: [own], names: { access: '__Host-a', refresh: '__Host-r;x' } }],
  ['names.domain', { origins: [own], names: { access: '__Host-a', domain: 'x' } }],
  ['secure', { origins: [own], secure: false }],
])('a wrong %s is a ConfigError that names it: %j', (option, options) => {
  const build = () => createCookieMode(options as CookieModeOptions)
  expect(build).toThrow(ConfigError)
  expect(build).toThrow(`createCookieMode.${option}:`)
  expect(build).not.toThrow(/evil/)
})

test.each(['http://localhost:3000', 'http://a.localhost', 'http://127.0.0.1:1', 'http://[::1]:1'])(
  'plain http is for this machine: %s',
  (origin) => {
    expect(() => createCookieMode({ origins: [origin] })).not.toThrow()
  },
)

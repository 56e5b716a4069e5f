import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import { createCookieMode, createGate, from } from '../../../src/gate/index.js'
import { fakeCall } from '../calls.js'
import { sign, verify } from '../tokens.js'

const [app, shop] = ['https://app.shop.example', 'https://shop.example']
const cookies = createCookieMode({ origins: [app, shop], domain: 'shop.example' })
const times = { expiresIn: 900, accessExpire: 1_800_000_900, refreshAfter: 1_800_000_450 }
const tokens = { accessToken: 'eyJ.eyJ.c-_', refreshToken: 'AQ-_', ...times }
type Fields = readonly (readonly [string, string])[]
const sameSite = ['sec-fetch-site', 'same-site'] as const
const fromPage = (origin: string) => [sameSite, ['origin', origin] as const]

describe('cookies of a domain', () => {
  test('they are set and cleared for every host of it, by names that browsers take over https alone', () => {
    const attributes = 'Domain=shop.example; Path=/; Max-Age=900; Secure; HttpOnly; SameSite=Strict'
    expect(cookies.set(tokens).setCookie).toEqual([
      `__Secure-access=eyJ.eyJ.c-_; ${attributes}`,
      `__Secure-refresh=AQ-_; ${attributes.replace('900', '604800')}`,
    ])
    expect(cookies.clear()).toEqual([
      `__Secure-access=; ${attributes.replace('900', '0')}`,
      `__Secure-refresh=; ${attributes.replace('900', '0')}`,
    ])
    expect(cookies.refreshToken('__Host-refresh=a; __Secure-refresh=b')).toBe('b')
  })

  test('their names can be chosen, each with the prefix', () => {
    const names = { access: '__Secure-a', refresh: '__Secure-r' }
    const own = createCookieMode({ origins: [shop], domain: 'shop.example', names })
    expect(own.set(tokens).setCookie.join()).toMatch(/^__Secure-a=.*,__Secure-r=/)
  })

  test('without a domain there is none, and no sibling is admitted', () => {
    const host = createCookieMode({ origins: [app, shop] })
    expect(host.set(tokens).setCookie.join()).not.toContain('Domain')
    const call = fakeCall({ method: 'POST', fields: fromPage(app) })
    expect(() => {
      host.check(call)
    }).toThrow(expect.objectContaining({ code: 'ORIGIN_REFUSED' }) as Error)
  })
})

describe('in the gate, with a domain', () => {
  const gate = createGate({ verify, extract: from.first(from.bearer(), cookies.extract) })
  const ask = async (method: string, fields: Fields) => {
    const cookie = ['cookie', `__Secure-access=${await sign({ sub: 'alice' })}`] as const
    return gate(fakeCall({ method, fields: [...fields, cookie] }), () => 'handled')
  }

  test('a page of a sibling host calls with its exactly configured origin', async () => {
    for (const method of ['GET', 'POST', 'DELETE'])
      for (const fields of [
        fromPage(app),
        fromPage(shop),
        [['sec-fetch-site', 'same-origin'] as const],
      ])
        expect(await ask(method, fields)).toBe('handled')
    expect(
      await cookies.gate()(fakeCall({ method: 'POST', fields: fromPage(app) }), () => 'in'),
    ).toBe('in')
  })

  test.each<[string, Fields]>([
    ['without its origin', [sameSite]],
    ['at a host that is not configured', fromPage('https://blog.shop.example')],
    ['at another port', fromPage('https://shop.example:8443')],
    ['over http', fromPage('http://app.shop.example')],
    ['in upper case', fromPage('https://APP.shop.example')],
    ['with a dot behind', fromPage('https://app.shop.example.')],
    ['without a name', fromPage('null')],
    ['two at once', [...fromPage(app), ['origin', app]]],
    [
      'of another site, with that origin',
      [
        ['sec-fetch-site', 'cross-site'],
        ['origin', app],
      ],
    ],
  ])('a page of a sibling host is refused: %s', async (_, fields) => {
    for (const method of ['GET', 'POST'])
      await expect(ask(method, fields)).rejects.toMatchObject({ code: 'ORIGIN_REFUSED' })
    const login = cookies.gate().check(fakeCall({ method: 'POST', fields }))
    await expect(login).rejects.toMatchObject({ code: 'ORIGIN_REFUSED' })
  })

  test('a cookie that a sibling has put beside the right one is refused, not chosen from', async () => {
    const token = await sign({ sub: 'alice' })
    const both = `__Secure-access=tossed; __Secure-access=${token}`
    const fields = [...fromPage(app), ['cookie', both] as const]
    await expect(gate.check(fakeCall({ method: 'POST', fields }))).rejects.toMatchObject({
      code: 'TOKEN_AMBIGUOUS',
    })
    const twice = [...fromPage(app), ['cookie', '__Secure-refresh=a; __Secure-refresh=b'] as const]
    const refresh = cookies.gate().check(fakeCall({ method: 'POST', fields: twice }))
    await expect(refresh).rejects.toMatchObject({ code: 'TOKEN_AMBIGUOUS' })
  })
})

test.each<[string, object]>([
  ...[
    ...[
      'example',
      'localhost',
      '',
      '.shop.example',
      'shop.example.',
      'Shop.example',
      'shop..example',
    ],
    ...['127.0.0.1', '10.1', '1.2.3.4', '[::1]', '::1', '0x7f.1', '-shop.example', 'shop-.example'],
    ...[
      '*.shop.example',
      'shop.example:443',
      'https://shop.example',
      'shop.example; Path=/x',
      'shöp.example',
    ],
    ...[null, 7],
  ].map((domain): [string, object] => ['domain', { domain }]),
  ['domain', { domain: '127.0.0.1', origins: ['https://127.0.0.1'] }],
  ['domain', { domain: '[::1]', origins: ['https://[::1]'] }],
  ['domain', { domain: 'localhost', origins: ['http://localhost:3000'] }],
  ['domain', { domain: 'intranet', origins: ['https://wiki.intranet'] }],
  ['domain', { domain: 'shop.example.', origins: ['https://shop.example.'] }],
  ['domain', { domain: 'other.example' }],
  ['domain', { domain: 'op.example' }],
  ['domain', { domain: 'app.shop.example' }],
  [
    'names.access',
    { domain: 'shop.example', names: { access: '__Host-a', refresh: '__Secure-r' } },
  ],
  ['names.refresh', { names: { access: '__Host-a', refresh: '__Secure-r' } }],
  ['names', { domain: 'shop.example', names: { access: '__Secure-a', refresh: '__Secure-a' } }],
])('a wrong %s beside these origins is a ConfigError that names it: %j', (option, options) => {
  const build = () => createCookieMode({ origins: [app, shop], ...options })
  expect(build).toThrow(ConfigError)
  expect(build).toThrow(`createCookieMode.${option}:`)
})

import { describe, expect, test } from 'vitest'
import { AuthError } from '../../../src/foundation/errors.js'
import { requireOwnPage, requireOwnVisit } from '../../../src/gate/cookies/own-page.js'
import { fakeCall } from '../calls.js'

const own = 'https://shop.example'
const origins = new Set([own, 'https://shop.example:8443'])
const pages = { origins, siblings: false }
type Fields = Readonly<Record<string, string | readonly string[]>>

describe('a call that may change something', () => {
  test.each<[string, Fields]>([
    ['a browser says so', { 'sec-fetch-site': 'same-origin' }],
    ['with its origin', { 'sec-fetch-site': 'same-origin', origin: own }],
    [
      'a form of a page that tells no referrer',
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
    ],
    ['an older browser', { origin: own }],
    ['at the other configured port', { origin: 'https://shop.example:8443' }],
  ])('a changing call from an own page is admitted: %s', (_, fields) => {
    expect(asked(requireOwnPage, { method: 'POST', fields })).toBe('own')
    expect(asked(requireOwnVisit, { method: 'POST', fields })).toBe('own')
  })

  test.each<[string, Fields]>([
    ['says nothing', {}],
    ['says where it goes to', { host: 'shop.example', referer: `${own}/` }],
    ['a neighbour', { 'sec-fetch-site': 'same-site', origin: own }],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: own }],
    ['an address typed in', { 'sec-fetch-site': 'none' }],
    ['a word in upper case', { 'sec-fetch-site': 'Same-Origin' }],
    ['a word and a blank', { 'sec-fetch-site': 'same-origin ' }],
    ['an empty word', { 'sec-fetch-site': '', origin: own }],
    ['two words', { 'sec-fetch-site': ['same-origin', 'same-origin'] }],
    ['two words in one field', { 'sec-fetch-site': 'same-origin, cross-site' }],
    [
      'a name that points here',
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    ],
    ['two origins beside it', { 'sec-fetch-site': 'same-origin', origin: [own, own] }],
    ['a sandboxed frame', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
    ['two origins', { origin: [own, own] }],
    ['two origins, the own one first', { origin: [own, 'https://evil.example'] }],
    ['two origins in one field', { origin: `${own}, ${own}` }],
    ['two origins, as RFC 6454 lists them', { origin: `${own} https://evil.example` }],
    ['upper case', { origin: 'https://SHOP.example' }],
    ['another scheme', { origin: 'http://shop.example' }],
    ['another port', { origin: 'https://shop.example:444' }],
    ['the default port, written out', { origin: 'https://shop.example:443' }],
    ['a dot behind', { origin: 'https://shop.example.' }],
    ['a slash behind', { origin: 'https://shop.example/' }],
    ['a longer name', { origin: 'https://shop.example.evil.example' }],
    ['a name that ends alike', { origin: 'https://evilshop.example' }],
    ['a neighbour’s name', { origin: 'https://www.shop.example' }],
    ['a user before the host', { origin: 'https://shop.example@evil.example' }],
    ['a blank before it', { origin: ` ${own}` }],
    ['letters of another script', { origin: 'https://ѕhop.example' }],
  ])('a changing call is refused: %s', (_, fields) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'get', 'QUERY']) {
      expect(asked(requireOwnPage, { method, fields })).toBe('ORIGIN_REFUSED')
      expect(asked(requireOwnVisit, { method, fields })).toBe('ORIGIN_REFUSED')
    }
  })

  test('a call without a method is refused, because it may change something', () => {
    const call = { header: () => [] }
    expect(() => {
      requireOwnVisit(call, pages)
    }).toThrow(AuthError)
  })
})

describe('a call that changes nothing', () => {
  const visit = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

  test.each<[string, Fields]>([
    ['no browser', {}],
    ['an own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'image' }],
    ['an address typed in', { ...visit, 'sec-fetch-site': 'none' }],
    ['a link of another site', { ...visit, 'sec-fetch-site': 'cross-site' }],
    ['an older browser, at an own page', { origin: own }],
  ])('a call that changes nothing is admitted as a visit: %s', (_, fields) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      expect(asked(requireOwnVisit, { method, fields })).toBe('own')
  })

  test.each<[string, Fields]>([
    ['a picture in a neighbour’s page', embedded('no-cors', 'image')],
    ['a script in a neighbour’s page', embedded('no-cors', 'script')],
    ['a frame in a neighbour’s page', embedded('navigate', 'iframe')],
    ['a neighbour’s fetch', { ...embedded('cors', 'empty'), origin: 'https://evil.example' }],
    ['a neighbour’s WebSocket', embedded('websocket', 'empty')],
    ['another site’s WebSocket, an older browser', { origin: 'https://evil.example' }],
    ['a frame without an origin', { origin: 'null' }],
    ['two origins', { origin: [own, own] }],
    ['two modes', { ...embedded('navigate', 'document'), 'sec-fetch-mode': ['navigate', 'cors'] }],
    ['no mode', { 'sec-fetch-site': 'cross-site' }],
  ])('a call that changes nothing is refused: %s', (_, fields) => {
    expect(asked(requireOwnVisit, { method: 'GET', fields })).toBe('ORIGIN_REFUSED')
  })

  test('a visit is not an own page: login, refresh and logout by GET are refused', () => {
    const fields = { ...visit, 'sec-fetch-site': 'none' }
    expect(asked(requireOwnPage, { method: 'GET', fields })).toBe('ORIGIN_REFUSED')
    expect(asked(requireOwnPage, { method: 'GET', fields: {} })).toBe('ORIGIN_REFUSED')
  })
})

function embedded(mode: string, dest: string): Fields {
  return { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': mode, 'sec-fetch-dest': dest }
}

function asked(
  question: typeof requireOwnPage,
  { method, fields }: { readonly method: string; readonly fields: Fields },
): string {
  const list = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value] as const),
  )
  try {
    question(fakeCall({ method, fields: list }), pages)
    return 'own'
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
}

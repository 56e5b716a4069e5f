import { describe, expect, test } from 'vitest'
import {
  forge,
  goodClaims,
  goodHeader,
  verdict,
  verifierWith,
  withClaims,
  withRawClaims,
  withRawHeader,
} from './forge.js'

const verify = verifierWith()

describe('UTF-8 without a byte order mark', () => {
  const broken = {
    'a lone continuation byte': Buffer.from([0x80]),
    'an overlong slash': Buffer.from([0xc0, 0xaf]),
    'a surrogate': Buffer.from([0xed, 0xa0, 0x80]),
    'a cut sequence': Buffer.from([0xe2, 0x82]),
    'latin1 text': Buffer.from('é', 'latin1'),
  }
  test.each(Object.entries(broken))('%s in header or claims is refused', async (_, bytes) => {
    const inside = (object: object) =>
      Buffer.concat([
        Buffer.from(JSON.stringify(object).slice(0, -1) + ',"x":"'),
        bytes,
        Buffer.from('"}'),
      ])
    expect(await verdict(verify, forge({ payload: inside(goodClaims) }))).toBe('TOKEN_JSON')
    expect(await verdict(verify, forge({ header: inside(goodHeader) }))).toBe('TOKEN_JSON')
  })

  test('a byte order mark before header or claims is refused', async () => {
    expect(await verdict(verify, forge({ payload: `\ufeff${JSON.stringify(goodClaims)}` }))).toBe(
      'TOKEN_JSON',
    )
    expect(await verdict(verify, forge({ header: `\ufeff${JSON.stringify(goodHeader)}` }))).toBe(
      'TOKEN_JSON',
    )
  })

  test('text beyond ASCII is handed out as it was signed', async () => {
    const name = 'Zoë 漢字 😀'
    const { claims } = await verify(withClaims({ name }))
    expect(claims).toMatchObject({ name })
  })
})

describe('JSON objects', () => {
  test.each([
    '[]',
    '[{"alg":"HS256"}]',
    '"x"',
    '1',
    'null',
    'true',
    '',
    ' ',
    '{',
    '{"a":1}}',
    '{}{}',
  ])('a header or claims of %j is refused', async (text) => {
    expect(await verdict(verify, forge({ payload: text || ' ' }))).toBe('TOKEN_JSON')
    expect(await verdict(verify, forge({ header: text || ' ' }))).toBe('TOKEN_JSON')
  })
})

describe('duplicate member names', () => {
  const cases = [
    '"sub":"u2"',
    '"s\\u0075b":"u2"',
    '"x":1,"x":1',
    '"deep":{"a":{"b":1,"b":2}}',
    '"list":[{"b":1,"b":2}]',
    '"":1,"":2',
    '"toString":1,"toString":2',
  ]
  test.each(cases)('claims that repeat a name are refused: %s', async (members) => {
    expect(await verdict(verify, withRawClaims(members))).toBe('TOKEN_JSON')
  })
  test.each(['"alg":"HS256"', '"\\u0061lg":"none"', '"kid":"a","kid":"b"'])(
    'a header that repeats a name is refused: %s',
    async (members) => {
      expect(await verdict(verify, withRawHeader(members))).toBe('TOKEN_JSON')
    },
  )
  test('colons, brackets and quotes inside strings are not taken for members', async () => {
    const claims = { a: '":{"', b: '\\', c: '\\":', d: ['}', ']'], e: 'x:y', 'f:g': '{' }
    expect((await verify(withClaims(claims))).claims).toMatchObject(claims)
  })
})

describe('the depth of JSON', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

  test('claims nested 32 deep are accepted, deeper ones are refused', async () => {
    expect(await verdict(verify, withRawClaims(`"x":${nested(31)}`))).toBe('accepted')
    expect(await verdict(verify, withRawClaims(`"x":${nested(32)}`))).toBe('TOKEN_JSON')
  })
  test('a header nested 8 deep is accepted, a deeper one is refused', async () => {
    expect(await verdict(verify, withRawHeader(`"x":${nested(7)}`))).toBe('accepted')
    expect(await verdict(verify, withRawHeader(`"x":${nested(8)}`))).toBe('TOKEN_JSON')
  })
  test('claims nested a million deep are refused before they are parsed', async () => {
    const token = withRawClaims(`"x":${nested(1_000_000)}`)
    expect(await verdict(verify, token)).toBe('TOKEN_TOO_LARGE')
    expect(
      await verdict(
        verifierWith({ maxLength: 16_384 }),
        withRawClaims(`"x":${'['.repeat(11_000)}`),
      ),
    ).toBe('TOKEN_JSON')
  })
})

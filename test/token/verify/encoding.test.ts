import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import {
  goodClaims,
  encode,
  forge,
  goodHeader,
  mac,
  verdict,
  verifierWith,
  withClaims,
} from './forge.js'

const verify = verifierWith()

test('the token that these tests start from is accepted', async () => {
  expect(await verdict(verify, forge())).toBe('accepted')
})

describe('three segments of base64url', () => {
  const token = forge()
  const [header = '', payload = '', signature = ''] = token.split('.')
  const cases: Record<string, unknown> = {
    'the empty text': '',
    'not text': 17,
    undefined: undefined,
    'a String object': new String(token),
    'an array': [token],
    'a space before': ` ${token}`,
    'a newline after': `${token}\n`,
    'a tab inside the header': `${header.slice(0, 4)}\t${header.slice(4)}.${payload}.${signature}`,
    'a space inside the payload': `${header}.${payload.slice(0, 4)} ${payload.slice(4)}.${signature}`,
    'a newline inside the signature': `${header}.${payload}.${signature.slice(0, 4)}\n${signature.slice(4)}`,
    'padding after the header': `${header}=.${payload}.${signature}`,
    'padding after the payload': `${header}.${payload}==.${signature}`,
    'padding after the signature': `${token}=`,
    'an empty header': `.${payload}.${signature}`,
    'an empty payload': `${header}..${mac(`${header}.`)}`,
    'an empty signature': `${header}.${payload}.`,
    'two segments': `${header}.${payload}`,
    'one segment': header,
    'braces around it': `{${token}}`,
    'quotes around it': `"${token}"`,
    'a NUL after it': `${token}\0`,
    'a question mark in the payload': `${header}.${payload}?.${signature}`,
    'a wide character that truncates to the right one': `${header}.${String.fromCharCode(payload.charCodeAt(0) + 256)}${payload.slice(1)}.${signature}`,
    'the flattened JSON serialization': JSON.stringify({ protected: header, payload, signature }),
    'the general JSON serialization': JSON.stringify({
      payload,
      signatures: [{ protected: header, signature }],
    }),
  }
  test.each(Object.entries(cases))('a token is refused: %s', async (_, text) => {
    expect(await verdict(verify, text)).not.toBe('accepted')
  })

  test('a correctly signed token in the standard base64 alphabet is refused', async () => {
    const payload = encode({ ...goodClaims, text: '\u00ff\u00fe\u00fb??>>~~' })
    expect(payload).toMatch(/[-_]/)
    const standard = payload.replaceAll('-', '+').replaceAll('_', '/')
    const signingInput = `${encode(goodHeader)}.${standard}`
    expect(await verdict(verify, `${signingInput}.${mac(signingInput)}`)).toBe('TOKEN_MALFORMED')
  })
})

describe('the dots of a token', () => {
  test.each([1, 2, 3, 4, 100, 8192])('a text of %i dots is refused', async (count) => {
    expect(await verdict(verify, '.'.repeat(count))).toBe('TOKEN_MALFORMED')
  })

  test('a text of a million dots is refused as too long', async () => {
    expect(await verdict(verify, '.'.repeat(1_000_000))).toBe('TOKEN_TOO_LARGE')
  })

  test('a token with a fourth segment is refused', async () => {
    expect(await verdict(verify, `${forge()}.`)).toBe('TOKEN_MALFORMED')
    expect(await verdict(verify, `${forge()}.e30`)).toBe('TOKEN_MALFORMED')
  })
})

describe('canonical base64url', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

  test('of 64 possible last characters of a signature only the canonical one is accepted', async () => {
    const token = forge()
    const accepted: string[] = []
    for (const last of alphabet) {
      if ((await verdict(verify, token.slice(0, -1) + last)) === 'accepted') accepted.push(last)
    }
    expect(accepted).toEqual([token.at(-1)])
  })

  test.each(['header', 'payload'] as const)(
    'a %s with unused bits set is refused though it is signed',
    async (part) => {
      for (const filler of ['', 'a', 'ab']) {
        const header = encode({ ...goodHeader, filler })
        const payload = encode({ ...goodClaims, filler })
        const segment = part === 'header' ? header : payload
        if (segment.length % 4 === 0) continue
        const twin =
          segment.slice(0, -1) + alphabet.charAt(alphabet.indexOf(segment.at(-1) ?? '') + 1)
        expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(segment, 'base64url'))
        const signingInput = part === 'header' ? `${twin}.${payload}` : `${header}.${twin}`
        expect(await verdict(verify, `${signingInput}.${mac(signingInput)}`)).toBe(
          'TOKEN_MALFORMED',
        )
      }
    },
  )

  test('a segment whose length no bytes encode to is refused', async () => {
    const signingInput = `${encode(goodHeader)}.${'A'.repeat(5)}`
    expect(await verdict(verify, `${signingInput}.${mac(signingInput)}`)).toBe('TOKEN_MALFORMED')
  })
})

describe('the length of a token, checked before anything is decoded', () => {
  const ofLength = (length: number) => {
    let filler = 'x'.repeat(Math.floor((length * 3) / 4) - 400)
    while (withClaims({ filler }).length < length - 1) filler += 'x'
    return withClaims({ filler })
  }
  test('a token of just under 8192 characters is accepted, a longer one is refused', async () => {
    const token = ofLength(8192)
    expect(token.length).toBeLessThanOrEqual(8192)
    expect(await verdict(verify, token)).toBe('accepted')
    expect(await verdict(verify, ofLength(8200))).toBe('TOKEN_TOO_LARGE')
  })
  test('a token longer than maxLength is refused', async () => {
    const token = forge()
    expect(await verdict(verifierWith({ maxLength: token.length }), token)).toBe('accepted')
    expect(await verdict(verifierWith({ maxLength: token.length - 1 }), token)).toBe(
      'TOKEN_TOO_LARGE',
    )
  })
  test('maxLength cannot be above 16384', () => {
    expect(() => verifierWith({ maxLength: 16_385 })).toThrow(ConfigError)
  })
})

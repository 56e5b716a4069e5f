import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import { createSigner, createVerifier } from '../../../src/token/index.js'
import {
  audience,
  encode,
  goodClaims,
  issuer,
  key,
  mac,
  now,
  verdict,
  verifierWith,
  withHeader,
} from './forge.js'

const verify = verifierWith()

describe('alg, compared exactly with the configured algorithms', () => {
  test.each([
    'hs256',
    'HS256 ',
    'Hs256',
    'HS512',
    'RS256',
    'ES256',
    'HS1',
    '',
    'toString',
    '__proto__',
  ])('alg %j is refused', async (alg) => {
    expect(await verdict(verify, withHeader({ alg }))).toBe('ALGORITHM_REFUSED')
  })
  test.each([undefined, null, 1, true, ['HS256'], { HS256: 1 }])(
    'alg %j is refused because it is not a string',
    async (alg) => {
      expect(await verdict(verify, withHeader({ alg }))).toBe('HEADER_REFUSED')
    },
  )
  test.each([undefined, [], 'HS256', null, [undefined]])(
    'algorithms %j is a ConfigError, because there is no default',
    (algorithms) => {
      const options = { keys: key, algorithms, issuer, audience }
      expect(() => createVerifier(options as never)).toThrow(ConfigError)
    },
  )
})

describe('alg none', () => {
  const spellings = [
    ...['none', 'None', 'NONE', 'nOnE', 'NonE', 'nONE', 'noNe', 'NOne', 'nonE', 'NoNe'],
    ...[
      ' none',
      'none ',
      '\tnone',
      'none\n',
      'none\0',
      '\0none',
      'n0ne',
      'nοne',
      'none.',
      '"none"',
    ],
    ...['', 'null', 'undefined', 'HS256,none'],
  ]
  test('24 spellings of alg none are refused, with every kind of signature and without one', async () => {
    expect(spellings).toHaveLength(24)
    for (const alg of spellings) {
      const signingInput = `${encode({ alg, typ: 'JWT' })}.${encode(goodClaims)}`
      for (const signature of ['', 'AAAA', mac(signingInput), mac(signingInput, Buffer.alloc(0))]) {
        const token = `${signingInput}.${signature}`
        expect(await verdict(verify, token)).toBe('ALGORITHM_REFUSED')
      }
    }
  })
  test.each(spellings)('the option algorithms cannot name %j', (alg) => {
    const options = { keys: key, algorithms: ['HS256', alg], issuer, audience }
    expect(() => createVerifier(options as never)).toThrow(ConfigError)
  })
})

describe('crit', () => {
  const shapes = [
    ['exp'],
    ['b64'],
    ['unknown'],
    [],
    ['alg'],
    ['kid', 'kid'],
    [1],
    [null],
    [''],
    'exp',
    '',
    null,
    true,
    0,
    {},
  ]
  test.each(shapes.map((shape) => [JSON.stringify(shape), shape]))(
    'a header with crit %s is refused',
    async (_, crit) => {
      expect(await verdict(verify, withHeader({ crit }))).toBe('HEADER_REFUSED')
      expect(await verdict(verify, withHeader({ crit, exp: now, unknown: 1 }))).toBe(
        'HEADER_REFUSED',
      )
    },
  )
})

describe('b64', () => {
  test.each([true, false, null, 'false'])(
    'a header with b64 %j is refused, with crit and without',
    async (b64) => {
      expect(await verdict(verify, withHeader({ b64 }))).toBe('HEADER_REFUSED')
      expect(await verdict(verify, withHeader({ b64, crit: ['b64'] }))).toBe('HEADER_REFUSED')
    },
  )
})

describe('encrypted tokens', () => {
  test.each(['enc', 'zip'])('a header with %s is refused', async (name) => {
    expect(await verdict(verify, withHeader({ [name]: 'A256GCM' }))).toBe('HEADER_REFUSED')
  })
  test('a token of five segments is refused', async () => {
    const jwe = `${encode({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`
    expect(await verdict(verify, jwe)).toBe('TOKEN_MALFORMED')
  })
})

describe('typ', () => {
  const access = verifierWith({ typ: 'at+jwt' })
  test.each(['at+jwt', 'AT+JWT', 'at+JWT', 'application/at+jwt', 'Application/At+Jwt'])(
    'typ %s is accepted where at+jwt is required',
    async (typ) => {
      expect(await verdict(access, withHeader({ typ }))).toBe('accepted')
    },
  )
  test.each([
    undefined,
    '',
    'JWT',
    'jwt',
    'at',
    'at+jwt ',
    'text/at+jwt',
    'x/application/at+jwt',
    'logout+jwt',
  ])('typ %j is refused where at+jwt is required', async (typ) => {
    expect(await verdict(access, withHeader({ typ }))).toBe('TYPE_MISMATCH')
  })
  test.each([undefined, 'JWT', 'jwt', 'at+jwt', 'application/jwt'])(
    'typ %j is accepted where no typ is configured',
    async (typ) => {
      expect(await verdict(verify, withHeader({ typ }))).toBe('accepted')
    },
  )
  test.each(['rt+jwt', 'logout+jwt', 'dpop+jwt', 'JWS', 'JOSE', 'JOSE+JSON', '', 'secevent+jwt'])(
    'typ %j is refused where no typ is configured',
    async (typ) => {
      expect(await verdict(verify, withHeader({ typ }))).toBe('TYPE_MISMATCH')
    },
  )
  test.each([null, 1, ['JWT'], {}])('typ %j is refused because it is not a string', async (typ) => {
    expect(await verdict(verify, withHeader({ typ }))).toBe('HEADER_REFUSED')
  })
})

describe('kinds of token', () => {
  test('a token of one kind is accepted only by the verifier of that kind', async () => {
    const kinds = ['at+jwt', 'rt+jwt', 'logout+jwt', 'service+jwt']
    for (const made of kinds) {
      const sign = createSigner({ key, issuer, audience, expiresIn: 60, typ: made, now: () => now })
      const token = await sign({ sub: 'u1' })
      for (const asked of kinds) {
        const expected = made === asked ? 'accepted' : 'TYPE_MISMATCH'
        expect(await verdict(verifierWith({ typ: asked }), token)).toBe(expected)
      }
    }
  })
})

test('a nested token (cty) is refused', async () => {
  for (const cty of ['JWT', 'jwt', '', 'json', 'application/jwt']) {
    expect(await verdict(verify, withHeader({ cty }))).toBe('HEADER_REFUSED')
  }
})

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

describe('J9 alg is one of the configured algorithms, compared exactly', () => {
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
  ])('%j is refused', async (alg) => {
    expect(await verdict(verify, withHeader({ alg }))).toBe('ALGORITHM_REFUSED')
  })
  test.each([undefined, null, 1, true, ['HS256'], { HS256: 1 }])(
    'alg %j is no text and is refused',
    async (alg) => {
      expect(await verdict(verify, withHeader({ alg }))).toBe('HEADER_REFUSED')
    },
  )
  test.each([undefined, [], 'HS256', null, [undefined]])(
    'algorithms %j is a ConfigError: there is no default',
    (algorithms) => {
      const options = { keys: key, algorithms, issuer, audience }
      expect(() => createVerifier(options as never)).toThrow(ConfigError)
    },
  )
})

describe('J10 none is no algorithm', () => {
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
  test('24 spellings of it are refused, signed, unsigned and with a signature of something', async () => {
    expect(spellings).toHaveLength(24)
    for (const alg of spellings) {
      const signingInput = `${encode({ alg, typ: 'JWT' })}.${encode(goodClaims)}`
      for (const signature of ['', 'AAAA', mac(signingInput), mac(signingInput, Buffer.alloc(0))]) {
        const token = `${signingInput}.${signature}`
        expect(await verdict(verify, token)).toBe('ALGORITHM_REFUSED')
      }
    }
  })
  test.each(spellings)('algorithms can not name %j', (alg) => {
    const options = { keys: key, algorithms: ['HS256', alg], issuer, audience }
    expect(() => createVerifier(options as never)).toThrow(ConfigError)
  })
})

describe('J11 crit is refused in every shape', () => {
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
  test.each(shapes.map((shape) => [JSON.stringify(shape), shape]))('crit %s', async (_, crit) => {
    expect(await verdict(verify, withHeader({ crit }))).toBe('HEADER_REFUSED')
    expect(await verdict(verify, withHeader({ crit, exp: now, unknown: 1 }))).toBe('HEADER_REFUSED')
  })
})

describe('J12 b64 is refused', () => {
  test.each([true, false, null, 'false'])('b64 %j, with crit and without', async (b64) => {
    expect(await verdict(verify, withHeader({ b64 }))).toBe('HEADER_REFUSED')
    expect(await verdict(verify, withHeader({ b64, crit: ['b64'] }))).toBe('HEADER_REFUSED')
  })
})

describe('J14 an encrypted token is no JWS', () => {
  test.each(['enc', 'zip'])('%s is refused', async (name) => {
    expect(await verdict(verify, withHeader({ [name]: 'A256GCM' }))).toBe('HEADER_REFUSED')
  })
  test('five segments are refused', async () => {
    const jwe = `${encode({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`
    expect(await verdict(verify, jwe)).toBe('TOKEN_MALFORMED')
  })
})

describe('J15 typ is checked', () => {
  const access = verifierWith({ typ: 'at+jwt' })
  test.each(['at+jwt', 'AT+JWT', 'at+JWT', 'application/at+jwt', 'Application/At+Jwt'])(
    'an access token may call itself %s',
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
  ])('typ %j is refused where at+jwt is asked for', async (typ) => {
    expect(await verdict(access, withHeader({ typ }))).toBe('TYPE_MISMATCH')
  })
  test.each([undefined, 'JWT', 'jwt', 'at+jwt', 'application/jwt'])(
    'typ %j is taken where nothing is asked for',
    async (typ) => {
      expect(await verdict(verify, withHeader({ typ }))).toBe('accepted')
    },
  )
  test.each(['rt+jwt', 'logout+jwt', 'dpop+jwt', 'JWS', 'JOSE', 'JOSE+JSON', '', 'secevent+jwt'])(
    'typ %j is another kind of token',
    async (typ) => {
      expect(await verdict(verify, withHeader({ typ }))).toBe('TYPE_MISMATCH')
    },
  )
  test.each([null, 1, ['JWT'], {}])('typ %j is no text and is refused', async (typ) => {
    expect(await verdict(verify, withHeader({ typ }))).toBe('HEADER_REFUSED')
  })
})

describe('J16 kinds of token exclude each other', () => {
  test('each kind passes its own verifier and no other', async () => {
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

test('J17 a nested token (cty) is refused', async () => {
  for (const cty of ['JWT', 'jwt', '', 'json', 'application/jwt']) {
    expect(await verdict(verify, withHeader({ cty }))).toBe('HEADER_REFUSED')
  }
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError, ConfigError, errorTable, type ErrorCode } from '../../src/foundation/errors.js'
import { createGate, createResponder, from, type GateOptions } from '../../src/gate/index.js'
import { type Claims } from '../../src/token/index.js'
import { type RespondOptions } from '../../src/gate/respond.js'
import { verify } from './tokens.js'

// The table's keys are the codes.
const codes = Object.keys(errorTable) as ErrorCode[]
const challengeOf = (error: AuthError, realm = 'api') =>
  createResponder({ render: 'problem', realm })(error).headers['WWW-Authenticate']

describe('the challenge', () => {
  test.each([
    ['TOKEN_MISSING', 'Bearer realm="api"'],
    ['TOKEN_SCHEME', 'Bearer realm="api"'],
    [
      'TOKEN_EXPIRED',
      'Bearer realm="api", error="invalid_token", error_description="The access token has expired."',
    ],
  ] as const)('the challenge of %s is %s', (code, challenge) => {
    expect(challengeOf(new AuthError(code))).toBe(challenge)
  })

  test('a 503 has Retry-After instead of a challenge', () => {
    const respond = createResponder({ render: 'problem', realm: 'api' })
    const { headers, status } = respond(new AuthError('REVOCATION_UNKNOWN', { retryAfter: 2.2 }))
    expect([status, headers['Retry-After'], headers['WWW-Authenticate']]).toEqual([
      503,
      '3',
      undefined,
    ])
    expect(respond(new AuthError('STORE_UNAVAILABLE')).headers['Retry-After']).toBe('1')
    for (const [retryAfter, written] of [
      [NaN, '1'],
      [-3, '1'],
      [Infinity, '86400'],
    ] as const)
      expect(respond(new AuthError('STORE_UNAVAILABLE', { retryAfter })).headers).toMatchObject({
        'Retry-After': written,
      })
  })

  test.each([
    ['BODY_TOO_LARGE', 413, 'The body of the request is too large.'],
    ['BODY_TYPE_REFUSED', 415, 'The body of the request must be application/json.'],
    ['SESSION_UNKNOWN', 404, 'You have no such session.'],
  ] as const)('%s is %i without a challenge, and says what to do', (code, wanted, detail) => {
    const { headers, status, body } = respondAs({ render: 'problem' }, code)
    expect([status, headers['WWW-Authenticate'], headers['Retry-After']]).toEqual([
      wanted,
      undefined,
      undefined,
    ])
    expect(JSON.parse(body)).toMatchObject({ status: wanted, detail })
  })

  test('a 429 has Retry-After and no challenge', () => {
    const respond = createResponder({ render: 'problem', realm: 'api' })
    const { headers, status, body } = respond(
      new AuthError('ATTEMPTS_EXCEEDED', { retryAfter: 61 }),
    )
    expect([status, headers['Retry-After'], headers['WWW-Authenticate']]).toEqual([
      429,
      '61',
      undefined,
    ])
    expect(JSON.parse(body)).toMatchObject({ reason: 'too_many_requests' })
  })

  test('a 500 has no challenge, because another token would not help', () => {
    const respond = createResponder({ render: 'problem', realm: 'api' })
    const { headers, status, body } = respond(new AuthError('POLICY_FAULT'))
    expect([status, headers]).toEqual([
      500,
      { 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' },
    ])
    expect(JSON.parse(body)).toMatchObject({ title: 'Internal Server Error', status: 500 })
  })

  test('the challenge names scopes, and leaves out invalid ones', () => {
    const scope = ['a:b', 'evil" x="', 'new\r\nline', 'c']
    expect(challengeOf(new AuthError('FORBIDDEN', { scope }))).toMatch(/, scope="a:b c"$/)
  })

  test.each(['', 'a"b', 'a\\b', 'a\r\nb', 'a\nb', '\u0000', 'ä', 'x'.repeat(129)])(
    'the challenge refuses the realm %j when built',
    (realm) => {
      expect(() => createResponder({ render: 'problem', realm })).toThrow(ConfigError)
    },
  )

  test('the challenge is well formed for every code, realm and scope', () => {
    const param = '[a-z_]+="[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*"'
    const wellFormed = new RegExp(`^Bearer ${param}(, ${param})*$`)
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.string(),
        fc.array(fc.string()),
        (code, realm, scope) => {
          const error = new AuthError(code, { scope, claim: realm })
          if (error.status > 403) return
          try {
            expect(challengeOf(error, realm)).toMatch(wellFormed)
          } catch (refusal) {
            if (!(refusal instanceof ConfigError)) throw refusal
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('bodies', () => {
  test.each(codes)('a body for %s does not contain its code, its message and its claim', (code) => {
    for (const render of ['problem', 'goZero'] as const) {
      const error = new AuthError(code, { claim: 'a-claim' })
      const { body, headers } = createResponder({ render, realm: 'api' })(error)
      const told = body + JSON.stringify(headers)
      expect(told).not.toContain(code)
      expect(told).not.toContain('a-claim')
      expect(told).not.toContain(error.message)
    }
  })

  test.each([
    ['TOKEN_MISSING', 'JWT token is missing'],
    ['TOKEN_MALFORMED', 'Token is invalid'],
    ['TOKEN_EXPIRED', 'JWT token has expired'],
    ['TOKEN_NOT_YET_VALID', 'JWT token has expired'],
    ['SIGNATURE_INVALID', 'Fail to parse JWT token '],
    ['KEY_UNKNOWN', 'Fail to parse JWT token '],
    ['TOKEN_REVOKED', 'Fail to parse JWT token '],
    ['ALGORITHM_REFUSED', 'Wrong signing method'],
  ] as const)('the kratos renderer answers %s with %j', (code, message) => {
    const { body, status } = createResponder({ render: 'kratos', realm: 'api' })(
      new AuthError(code),
    )
    expect(status).toBe(401)
    expect(JSON.parse(body)).toEqual({ code: 401, reason: 'UNAUTHORIZED', message, metadata: {} })
  })

  test.each<[NonNullable<GateOptions<Claims>['extract']> | undefined, string]>([
    [undefined, ', sent as "Authorization: Bearer"'],
    [from.bare(), ', sent in the header "Authorization"'],
    [from.header('token'), ', sent in the header "token"'],
    [from.cookie('__Host-t'), ', sent in the cookie "__Host-t"'],
    [from.query('t'), ', sent in the query parameter "t"'],
    [
      from.first(from.header('token'), from.cookie('t')),
      ', sent in the header "token" or in the cookie "t"',
    ],
    [() => undefined, ''],
  ])('a missing token is answered with where this gate expects it: %# %s', (extract, place) => {
    const gate = createGate({ verify, ...(extract && { extract }) })
    const wanted = `This needs an access token${place}.`
    for (const code of ['TOKEN_MISSING', 'TOKEN_SCHEME'] as const) {
      const error = new AuthError(code)
      expect(JSON.parse(gate.respond(error).body)).toMatchObject({ detail: wanted })
      expect(gate.detail(error)).toBe(wanted)
    }
    expect(gate.detail(new AuthError('TOKEN_EXPIRED'))).toBe('The access token has expired.')
  })

  test('the goZero renderer sends neither a body nor a content type', () => {
    const { body, headers } = respondAs({ render: 'goZero' })
    expect([body, headers['Content-Type']]).toEqual(['', undefined])
  })

  test('a custom renderer sets body and status; challenge and no-store stay', () => {
    const render = () => ({ body: '"empty token"', contentType: 'application/json', status: 403 })
    const { status, body, headers } = respondAs({ render })
    expect([status, body]).toEqual([403, '"empty token"'])
    expect(headers).toEqual({
      'Cache-Control': 'no-store',
      'WWW-Authenticate': 'Bearer realm="api"',
      'Content-Type': 'application/json',
    })
  })

  test('a custom renderer that throws is replaced, and the call stays refused', () => {
    const render = () => {
      throw new Error('no template')
    }
    const { status, body } = respondAs({ render })
    expect(status).toBe(401)
    expect(JSON.parse(body)).toMatchObject({ reason: 'token_missing' })
  })

  test.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['text', () => 'no'],
    ['no body', () => ({})],
    ['an object as the body', () => ({ body: {} })],
    ['bytes as the body', () => ({ body: Buffer.from('no') })],
    ['a promise', () => Promise.resolve({ body: 'no' })],
    ['a rejection', () => Promise.reject(new Error('no template'))],
    ['status 99', () => ({ body: 'no', status: 99 })],
    ['status 101', () => ({ body: 'no', status: 101 })],
    ['status 600', () => ({ body: 'no', status: 600 })],
    ['half a status', () => ({ body: 'no', status: 401.5 })],
    ['a status in text', () => ({ body: 'no', status: '401' })],
    ['a broken content type', () => ({ body: 'no', contentType: 'a\nb' })],
    ['an empty content type', () => ({ body: 'no', contentType: '' })],
    ['a content type beyond ASCII', () => ({ body: 'no', contentType: 'text/\u{1f600}' })],
    [
      'a body that throws',
      () => ({
        get body() {
          throw new Error('no template')
        },
      }),
    ],
  ])('a custom renderer that returns %s is replaced', (_name, render) => {
    // Of another type on purpose.
    const { status, body, headers } = respondAs({ render: render as () => { body: string } })
    expect([status, headers['Content-Type']]).toEqual([401, 'application/problem+json'])
    expect(JSON.parse(body)).toMatchObject({ reason: 'token_missing' })
  })

  test('an unknown renderer is refused when built', () => {
    const render: unknown = 'xml'
    expect(() => respondAs({ render: render as 'problem' })).toThrow(ConfigError)
  })
})

function respondAs(options: Pick<RespondOptions, 'render'>, code: ErrorCode = 'TOKEN_MISSING') {
  return createResponder({ realm: 'api', ...options })(new AuthError(code))
}

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { AuthError, ConfigError } from '../../src/foundation/errors.js'
import { hmacKey } from '../../src/key/index.js'
import {
  type Claims,
  createSigner,
  createVerifier,
  type ClaimsSchema,
  type VerifierOptions,
} from '../../src/token/index.js'
import {
  chain,
  createResponder,
  fromContext,
  createGate,
  newContext,
  presets,
  type Middleware,
} from '../../src/gate/index.js'
import { fakeCall } from '../gate/calls.js'

// The cases of Kratos' jwt_test.go, and its ten messages.

const key = hmacKey(randomBytes(32), 'HS256')
const sign = (claims: Claims) =>
  createSigner({ key, issuer: null, audience: null, expiresIn: null })(claims)
const messages = {
  missing: 'JWT token is missing',
  invalid: 'Token is invalid',
  expired: 'JWT token has expired',
  unparsed: 'Fail to parse JWT token ',
  method: 'Wrong signing method',
} as const

function server<C = Claims>(options: Partial<VerifierOptions<C>> = {}) {
  const verify = createVerifier<C>({
    ...presets.kratos.verifier,
    keys: key,
    ...options,
  } as VerifierOptions<C> & { claims: ClaimsSchema<C> }) // a spread of a union
  return createGate({ ...presets.kratos.server, verify })
}

/** The claims that the handler finds, or the message in the body of the refusal. */
async function ask<C>(
  gate: ReturnType<typeof server<C>>,
  authorization?: string,
): Promise<unknown> {
  const fields = authorization === undefined ? [] : [['Authorization', authorization] as const]
  try {
    return await gate(fakeCall({ fields }), () => gate.current().claims)
  } catch (error) {
    const { body } = gate.respond(error)
    const { message, ...rest }: Record<string, unknown> = JSON.parse(body)
    expect(rest).toEqual({ code: 401, reason: 'UNAUTHORIZED', metadata: {} })
    return message
  }
}

describe('TestServer', () => {
  test('TestServer, normal: a token is accepted, also without a signing method, which is HS256', async () => {
    const token = `Bearer ${await sign({ name: 'xiaoli' })}`
    expect(await ask(server(), token)).toMatchObject({ name: 'xiaoli' })
    expect(await ask(server({ algorithms: ['HS256'] }), token)).toMatchObject({ name: 'xiaoli' })
  })

  test('TestServer, miss token: the answer is that of Kratos', async () => {
    expect(await ask(server())).toBe(messages.missing)
  })

  test('TestServer, token invalid: the answer is that of Kratos', async () => {
    expect(await ask(server(), 'Bearer 12313123')).toBe(messages.invalid)
  })

  test('TestServer, method invalid: the answer is that of Kratos', async () => {
    const keys = () => undefined
    const token = `Bearer ${await sign({ name: 'xiaoli' })}`
    expect(await ask(server({ keys, algorithms: ['ES384'] }), token)).toBe(messages.method)
  })

  test('TestTokenExpire: the second that exp names is too late, without a second of tolerance', async () => {
    const token = `Bearer ${await sign({ exp: 1_800_000_000 })}`
    const at = (now: number) => ask(server({ now: () => now }), token)
    expect([await at(1_800_000_000), await at(1_800_000_000.5)]).toEqual([
      messages.expired,
      messages.expired,
    ])
    expect(await at(1_799_999_999.9)).toMatchObject({ exp: 1_800_000_000 })
  })

  test('TestMissingKeyFunc: no server is built', () => {
    const keys = undefined
    expect(() => createVerifier({ ...presets.kratos.verifier, keys } as never)).toThrow(ConfigError)
  })

  test('TestJWTServerParse: 10,000 calls at once, each reads its own claims before and after waiting', async () => {
    const gate = server<{ name: string }>({ claims: ({ name }) => ({ name: String(name) }) })
    const calls = Array.from({ length: 10_000 }, async (_, index) => {
      const name = `${String(index)}-${randomBytes(4).toString('hex')}`
      const fields = [['authorization', `Bearer ${await sign({ name })}`] as const]
      return gate(fakeCall({ fields }), async () => {
        const before = gate.current().claims.name
        await delay(100)
        return [name, before, gate.current().claims.name]
      })
    })
    const seen = await Promise.all(calls)
    expect(seen.filter(([name, before, after]) => name !== before || name !== after)).toEqual([])
  })
})

describe('TestNewContextAndFromContext', () => {
  test('fromContext finds what was put in, and nothing outside', async () => {
    const gate = server()
    const fields = [['authorization', `Bearer ${await sign({ name: 'kratos' })}`] as const]
    const context = await gate.check(fakeCall({ fields }))
    if (context === undefined) throw new Error('the token was not taken')
    expect(newContext(context, () => fromContext()?.claims)).toMatchObject({ name: 'kratos' })
    expect(fromContext()).toBeUndefined()
  })
})

describe('TestWithParserOptions', () => {
  const claims = { iss: 'https://example.com', sub: 'user', exp: 4_102_444_800 }
  const issuer = 'https://example.com'
  test.each([
    ['matching issuer', { issuer }, claims, undefined],
    ['wrong issuer', { issuer: 'https://other.example' }, claims, messages.unparsed],
    ['multiple options', { issuer, requiredClaims: ['sub', 'exp'] }, claims, undefined],
    ['missing required exp', { requiredClaims: ['exp'] }, { sub: 'user' }, messages.unparsed],
    ['no options', {}, { sub: 'user' }, undefined],
  ] as const)('%s', async (...row) => {
    const [, options, given, message] = row
    const answer = await ask(server(options), `Bearer ${await sign(given)}`)
    if (message === undefined) expect(answer).toMatchObject(given)
    else expect(answer).toBe(message)
  })

  test.each([
    ['matching subject', 'user', undefined],
    ['wrong subject', 'other', messages.invalid],
  ])('%s, by a function for the claims', async (_, wanted, message) => {
    const only = (given: Claims) => {
      if (given.sub !== wanted) throw new Error('another subject')
      return given
    }
    const answer = await ask(server({ claims: only }), `Bearer ${await sign(claims)}`)
    if (message === undefined) expect(answer).toMatchObject(claims)
    else expect(answer).toBe(message)
  })
})

describe('Kratos’ ten messages', () => {
  const render = createResponder({ render: 'kratos', realm: 'api' })

  test('five are answers, byte for byte, and no other is given with 401', () => {
    const codes = [
      'TOKEN_MISSING',
      'TOKEN_SCHEME',
      'TOKEN_MALFORMED',
      'TOKEN_JSON',
      'HEADER_REFUSED',
      'CLAIMS_REFUSED',
      'TOKEN_EXPIRED',
      'TOKEN_NOT_YET_VALID',
      'SIGNATURE_INVALID',
      'KEY_UNKNOWN',
      'TOKEN_REVOKED',
      'ISSUER_MISMATCH',
      'ALGORITHM_REFUSED',
    ] as const
    const bodies = codes.map((code) => render(new AuthError(code)).body)
    expect(new Set(bodies)).toEqual(
      new Set(
        Object.values(messages).map(
          (message) => `{"code":401,"reason":"UNAUTHORIZED","message":"${message}","metadata":{}}`,
        ),
      ),
    )
  })

  test('five are faults of the wiring, and are said when it is built', () => {
    expect(() => createVerifier({ ...presets.kratos.verifier } as never)).toThrow(/keys/) // keyFunc is missing
    expect(() => createGate({ ...presets.kratos.server } as never)).toThrow(/verify/) // Wrong context for middleware
    const options = { issuer: null, audience: null, expiresIn: null }
    expect(() => createSigner({ ...options } as never)).toThrow(/key/) // Token provider is missing
    expect(() => createSigner({ ...options, key: 'text' } as never)).toThrow(/key/) // Can not sign token.Is the key correct?
  })
})

describe('TestChain', () => {
  test('the first is outermost: 1, 2, 3 are added before the handler’s 10', async () => {
    const order: string[] = []
    const step =
      (name: string): Middleware =>
      async (_call, next) => {
        order.push(`before ${name}`)
        const reply = await next()
        order.push(`after ${name}`)
        return reply
      }
    const all = chain(step('1'), step('2'), step('3'))
    expect(await all(fakeCall(), () => order.push('handler'))).toBe(4)
    expect(order).toEqual([
      ...['before 1', 'before 2', 'before 3', 'handler'],
      ...['after 3', 'after 2', 'after 1'],
    ])
  })
})

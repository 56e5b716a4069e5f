import { describe, expect, test } from 'vitest'
import { AuthError, ConfigError, type ErrorCode } from '../../src/foundation/errors.js'
import {
  chain,
  fromContext,
  createGate,
  newContext,
  requireScopes,
  type GateEvent,
  type Middleware,
  type GateOptions,
} from '../../src/gate/index.js'
import type { Claims } from '../../src/token/index.js'
import { fakeCall } from './calls.js'
import { sign, verified, verify } from './tokens.js'

const fails = () => {
  throw new Error('a bug')
}
const rejects = () => Promise.reject(new Error('no connection'))

describe('createGate', () => {
  test('a gate runs extract, verify, isRevoked, authorize, next, in this order and each once', async () => {
    const steps: string[] = []
    const note = <T>(name: string, value: T) => {
      steps.push(name)
      return value
    }
    const token = await verified()
    const gate = createGate({
      select: () => note('select', true),
      extract: () => note('extract', 'raw'),
      verify: () => note('verify', token),
      isRevoked: () => note('isRevoked', false),
      authorize: () => note('authorize', true),
    })
    await gate(fakeCall(), () => note('next', 'answer'))
    expect(steps).toEqual(['select', 'extract', 'verify', 'isRevoked', 'authorize', 'next'])
  })

  test('a gate returns the result of next and passes its errors on unchanged', async () => {
    const gate = createGate({ verify })
    const call = await callWith()
    expect(await gate(call, () => 'answer')).toBe('answer')
    const bug = new Error('a handler failed')
    await expect(gate(call, () => Promise.reject(bug))).rejects.toBe(bug)
  })

  test.each<[string, Partial<GateOptions<Claims>>, ErrorCode]>([
    ['a select that throws', { select: fails }, 'POLICY_FAULT'],
    ['an extract that throws', { extract: fails }, 'POLICY_FAULT'],
    ['a verify that throws', { verify: fails }, 'KEYS_UNAVAILABLE'],
    ['a verify that rejects', { verify: rejects }, 'KEYS_UNAVAILABLE'],
    ['an isRevoked that throws', { isRevoked: fails }, 'REVOCATION_UNKNOWN'],
    ['an isRevoked that rejects', { isRevoked: rejects }, 'REVOCATION_UNKNOWN'],
    ['an isRevoked that returns true', { isRevoked: () => true }, 'TOKEN_REVOKED'],
    ['an authorize that throws', { authorize: fails }, 'POLICY_FAULT'],
    ['an authorize that rejects', { authorize: rejects }, 'STORE_UNAVAILABLE'],
    ['an authorize that returns false', { authorize: () => false }, 'FORBIDDEN'],
    [
      'an authorize that resolves to false',
      { authorize: () => Promise.resolve(false) },
      'FORBIDDEN',
    ],
  ])('a gate does not call next with %s', async (_name, options, code) => {
    let calls = 0
    const gate = createGate({ verify, ...options })
    const call = await callWith()
    await expect(gate(call, () => (calls += 1))).rejects.toMatchObject({ name: 'AuthError', code })
    expect(calls).toBe(0)
  })

  test.each([undefined, null, 0, '', 'no', {}])(
    'a gate does not accept %j as "not revoked" or as "permitted"',
    async (answer) => {
      const odd: unknown = () => answer
      const call = await callWith()
      const revoked = createGate({ verify, isRevoked: odd as () => boolean })
      await expect(revoked(call, () => 0)).rejects.toMatchObject({ code: 'REVOCATION_UNKNOWN' })
      const permitted = createGate({ verify, authorize: odd as () => boolean })
      await expect(permitted(call, () => 0)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    },
  )

  test('a gate does not accept a promise from select', async () => {
    const odd: unknown = () => Promise.resolve(false)
    const gate = createGate({ verify, select: odd as () => boolean })
    await expect(gate(fakeCall(), () => 0)).rejects.toMatchObject({ code: 'POLICY_FAULT' })
  })

  test('a gate passes an AuthError of any step on unchanged', async () => {
    const refusal = new AuthError('REVOCATION_UNKNOWN', { retryAfter: 7 })
    const gate = createGate({ verify, isRevoked: () => Promise.reject(refusal) })
    await expect(gate(await callWith(), () => 0)).rejects.toBe(refusal)
  })

  test('a gate names the scopes that would be enough in a refusal', async () => {
    const gate = createGate({ verify, authorize: requireScopes('a', 'b') })
    await expect(gate(await callWith(), () => 0)).rejects.toMatchObject({ scope: ['a', 'b'] })
  })

  test.each([
    { verify: undefined },
    { verify, extract: 'bearer' },
    { verify, isRevoked: new Set() },
    { verify, optional: 'yes' },
    { verify, isrevoked: () => false },
    { verify, realm: 'a"b' },
    { verify, realm: 'a\r\nSet-Cookie: x=y' },
    { verify, render: 'html' },
  ])('createGate refuses invalid options: %o', (options: object) => {
    expect(() => createGate(options as GateOptions<Claims>)).toThrow(ConfigError)
  })
})

test('a demand that is not optional requires a token even where select leaves the call out', async () => {
  const gate = createGate({ verify, select: () => false, optional: true })
  expect(await gate.check(fakeCall())).toBeUndefined()
  expect(await gate.check(fakeCall(), {})).toBeUndefined()
  const refused = await gate.check(fakeCall(), { optional: false }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'TOKEN_MISSING' })
})

describe('the context', () => {
  test('the context is frozen, and contains the token and its claims', async () => {
    const gate = createGate({ verify })
    const context = await gate(await callWith({ sub: 'bob' }), () => gate.current())
    expect(Object.isFrozen(context)).toBe(true)
    expect(context.claims).toBe(context.token.claims)
    expect(context.claims.sub).toBe('bob')
  })

  test('there is no context outside a call', () => {
    const gate = createGate({ verify })
    expect(fromContext()).toBeUndefined()
    expect(() => gate.current()).toThrow(AuthError)
    expect(codeOf(() => gate.current())).toBe('ROUTE_UNGUARDED')
  })

  test('there is no context in a call that an optional gate admitted without a token', async () => {
    const gate = createGate({ verify, optional: true })
    expect(await gate(fakeCall(), () => codeOf(() => gate.current()))).toBe('TOKEN_MISSING')
  })

  test('with two gates each returns its own context, and fromContext the innermost one that required a token', async () => {
    const [outer, inner, open] = [
      createGate({ verify }),
      createGate({ verify }),
      createGate({ verify, select: () => false }),
    ]
    const both = await outer(await callWith({ sub: 'outer' }), async () =>
      inner(await callWith({ sub: 'inner' }), () =>
        open(fakeCall(), () => [
          outer.current().claims.sub,
          inner.current().claims.sub,
          fromContext()?.token.payload.sub,
          codeOf(() => open.current()),
        ]),
      ),
    )
    expect(both).toEqual(['outer', 'inner', 'inner', 'ROUTE_UNGUARDED'])
  })

  test('a call inside another call does not inherit the outer caller', async () => {
    const gate = createGate({ verify, optional: true })
    const seen = await gate(await callWith({ sub: 'outer' }), () =>
      gate(fakeCall(), () => [codeOf(() => gate.current()), fromContext()]),
    )
    expect(seen).toEqual(['TOKEN_MISSING', undefined])
  })

  test('newContext sets the context for work that does not come through a gate', async () => {
    const token = await verified({ sub: 'job' })
    const seen = newContext({ token, claims: token.claims }, () => fromContext()?.claims)
    expect(seen).toBe(token.claims)
    expect(fromContext()).toBeUndefined()
  })

  test('10,000 interleaved calls each keep their own context', async () => {
    const gate = createGate({
      verify: (raw) => verified({ sub: raw }),
      extract: ({ path }) => path.slice(1),
    })
    const seen = await Promise.all(
      Array.from({ length: 10_000 }, (_, n) =>
        gate(fakeCall({ url: `/${String(n)}` }), async () => {
          await new Promise((resolve) => setTimeout(resolve, n % 7))
          return gate.current().claims.sub
        }),
      ),
    )
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, n) => String(n)))
  })
})

describe('onEvent', () => {
  test('onEvent receives every admission and every refusal with its reason, without claim values', async () => {
    const events: GateEvent[] = []
    const onEvent = (event: GateEvent) => events.push(event)
    const gate = createGate({ verify, onEvent, isRevoked: ({ payload }) => payload.jti === 'x' })
    const shape = { method: 'GET', pattern: '/items/:id', url: '/items/secret-id?token=abc' }
    await gate(await callWith({}, shape), () => 0)
    await gate(await callWith({ jti: 'x' }, shape), () => 0).catch(() => 0)
    await gate(await callWith({ aud: 'secret-audience' }, shape), () => 0).catch(() => 0)
    expect(events).toMatchObject([
      { kind: 'authorized', method: 'GET', pattern: '/items/:id' },
      { kind: 'refused', code: 'TOKEN_REVOKED', reason: 'token_invalid' },
      { kind: 'refused', code: 'AUDIENCE_MISMATCH', claim: 'aud' },
    ])
    expect(events.every(({ durationMs }) => durationMs >= 0)).toBe(true)
    expect(JSON.stringify(events)).not.toMatch(/secret|abc|alice/)
  })

  test('onEvent receives the error that the application’s own function threw', async () => {
    const events: GateEvent[] = []
    const gate = createGate({ verify, isRevoked: fails, onEvent: (event) => events.push(event) })
    await gate(await callWith(), () => 0).catch(() => 0)
    expect(events).toMatchObject([{ code: 'REVOCATION_UNKNOWN', fault: new Error('a bug') }])
  })

  test.each([fails, rejects])('an onEvent that fails changes nothing (%#)', async (onEvent) => {
    const gate = createGate({ verify, onEvent })
    expect(await gate(await callWith(), () => 'in')).toBe('in')
    await expect(gate(fakeCall(), () => 0)).rejects.toMatchObject({ code: 'TOKEN_MISSING' })
  })
})

describe('chain', () => {
  test('chain runs the first middleware outermost, and returns in reverse order', async () => {
    const steps: string[] = []
    const named =
      (name: string): Middleware =>
      async (_, next) => {
        steps.push(`${name} before`)
        const answer = await next()
        steps.push(`${name} after`)
        return answer
      }
    expect(await chain(named('a'), named('b'))(fakeCall(), () => 16)).toBe(16)
    expect(steps).toEqual(['a before', 'b before', 'b after', 'a after'])
  })

  test('an empty chain only runs the handler', async () => {
    expect(await chain()(fakeCall(), () => 'answer')).toBe('answer')
  })

  test('chain accepts gates, and stops at the first one that refuses', async () => {
    const users = createGate({ verify })
    const admins = createGate({ verify, authorize: requireScopes('admin') })
    const both = chain(users, admins)
    const good = await callWith({ scope: 'admin' })
    expect(await both(good, () => users.current().claims.sub)).toBe('alice')
    await expect(both(await callWith(), () => 0)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

async function callWith(claims: Claims = {}, shape = {}) {
  const authorization = `Bearer ${await sign({ sub: 'alice', ...claims })}`
  return fakeCall({ ...shape, fields: [['authorization', authorization]] })
}

function codeOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error instanceof AuthError ? error.code : error
  }
}

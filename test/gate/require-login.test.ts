import { describe, expect, test } from 'vitest'
import { AuthError, ConfigError, type StepUp } from '../../src/foundation/errors.js'
import {
  allOf,
  anyOf,
  createGate,
  createResponder,
  not,
  requireAcr,
  requireNoActor,
  requireRecentLogin,
  requireRoles,
  requireScopes,
  type Guard,
} from '../../src/gate/index.js'
import { refusalOf } from '../../src/gate/authorize.js'
import { fakeCall } from './calls.js'
import { sign, verified, verify } from './tokens.js'

const now = 2_000_000_000
const recent = requireRecentLogin('5m', { now: () => now, clockTolerance: 10 })
const strong = requireAcr('urn:a', 'urn:b')
const admins = requireRoles('admin')

type Case = [Guard<unknown>, Record<string, unknown>, boolean]

describe('requireRecentLogin', () => {
  test.each<Case>([
    [recent, { auth_time: now }, true],
    [recent, { auth_time: now - 310 }, true],
    [recent, { auth_time: now - 311 }, false],
    [recent, { auth_time: now + 10 }, true],
    [recent, { auth_time: now + 11 }, false],
    [recent, {}, false],
    [recent, { auth_time: null }, false],
    [recent, { auth_time: String(now) }, false],
    [recent, { auth_time: [now] }, false],
    [recent, { auth_time: now * 1000 }, false],
  ])('case %# of a login permits as its age says', async (guard, claims, expected) => {
    expect(guard(await verified(claims))).toBe(expected)
  })

  test('an auth_time that is only in Object.prototype is none', async () => {
    const token = await verified()
    Object.assign(Object.prototype, { auth_time: now })
    try {
      expect(recent(token)).toBe(false)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'auth_time')
    }
  })

  test('the clocks may differ by a minute by default, and the system has the time', async () => {
    const guard = requireRecentLogin(300)
    const loggedIn = Math.floor(Date.now() / 1000)
    expect(guard(await verified({ auth_time: loggedIn - 340 }))).toBe(true)
    expect(guard(await verified({ auth_time: loggedIn - 400 }))).toBe(false)
    expect(guard(await verified({ auth_time: loggedIn + 400 }))).toBe(false)
  })

  test.each([
    ['5 minutes', {}],
    [-1, {}],
    [Number.NaN, {}],
    [300, { clockTolerance: '1h' }],
    [300, { tolerance: 5 }],
  ])('an age of %j with options %j is a ConfigError', (age, options) => {
    expect(() => requireRecentLogin(age as never, options as never)).toThrow(ConfigError)
  })
})

describe('requireAcr', () => {
  test.each<Case>([
    [strong, { acr: 'urn:a' }, true],
    [strong, { acr: 'urn:b' }, true],
    [strong, { acr: 'urn:c' }, false],
    [strong, { acr: ['urn:a'] }, false],
    [strong, {}, false],
  ])('case %# of a context permits only one of the values', async (guard, claims, expected) => {
    expect(guard(await verified(claims))).toBe(expected)
  })

  test.each([[[]], [['']], [['a b']], [['a"b']], [['a\\b']], [['a\r\nb']], [[5]]])(
    'the values %j are a ConfigError',
    (values) => {
      expect(() => requireAcr(...(values as string[]))).toThrow(ConfigError)
    },
  )
})

test.each([{ act: { sub: 'admin' } }, { act: null }, { act: false }])(
  'requireNoActor refuses the claims %j, and no login would change that',
  async (claims) => {
    const guard = requireNoActor()
    expect(guard(await verified(claims))).toBe(false)
    expect(refusalOf(guard, await verified(claims)).code).toBe('FORBIDDEN')
    expect(guard(await verified())).toBe(true)
  },
)

const loginOf = (maxAge: number, ...acrValues: readonly string[]): StepUp => ({
  maxAge,
  acrValues,
})
const day = requireRecentLogin('1d', { now: () => now })
const scoped = requireScopes('a')

type JoinedCase = [Guard<unknown>, Record<string, unknown>, StepUp | undefined]

describe('a refusal by joined guards', () => {
  test.each<[string, JoinedCase]>([
    ['recency alone', [recent, {}, { maxAge: 300 }]],
    ['a context alone', [strong, {}, { acrValues: ['urn:a', 'urn:b'] }]],
    ['a role and recency, both refused', [allOf(admins, recent), {}, undefined]],
    ['recency and a role, both refused', [allOf(recent, admins), {}, undefined]],
    ['recency and a scope, both refused', [allOf(recent, scoped), {}, undefined]],
    [
      'a role that is there, and recency',
      [allOf(admins, recent), { role: 'admin' }, { maxAge: 300 }],
    ],
    ['a role alone', [allOf(admins, recent), { auth_time: now }, undefined]],
    ['recency and a context', [allOf(recent, strong), {}, loginOf(300, 'urn:a', 'urn:b')]],
    ['recency, with the context there', [allOf(recent, strong), { acr: 'urn:a' }, { maxAge: 300 }]],
    ['two ages', [allOf(day, recent), {}, { maxAge: 300 }]],
    ['two contexts', [allOf(strong, requireAcr('urn:b')), {}, { acrValues: ['urn:b'] }]],
    ['contexts that exclude each other', [allOf(strong, requireAcr('urn:c')), {}, undefined]],
    ['a role or recency', [anyOf(admins, recent), {}, { maxAge: 300 }]],
    ['a role with recency, or a scope', [anyOf(allOf(admins, recent), scoped), {}, undefined]],
    [
      'a role with recency, or recency',
      [anyOf(allOf(admins, recent), allOf(scoped, day)), { scope: 'a' }, { maxAge: 86_400 }],
    ],
    ['the opposite of recency', [not(recent), { auth_time: now }, undefined]],
    ['an actor and recency', [allOf(requireNoActor(), recent), { act: { sub: 'x' } }, undefined]],
  ])('%s asks for the login that would be enough', async (_name, [guard, claims, login]) => {
    const token = await verified(claims)
    expect(guard(token)).toBe(false)
    const { code, stepUp } = refusalOf(guard, token)
    expect([code, stepUp]).toEqual([login ? 'STEP_UP_REQUIRED' : 'FORBIDDEN', login])
  })
})

type GateCase = [Guard<unknown>, Guard<unknown>, Record<string, unknown>, unknown[] | undefined]

describe('a gate with a route that asks for more', () => {
  const call = async (claims: Record<string, unknown>) => {
    const bearer = `Bearer ${await sign({ sub: 'alice', ...claims })}`
    return fakeCall({ fields: [['authorization', bearer]] })
  }
  const refused = async (
    authorize: Guard<unknown> | undefined,
    demand: Guard<unknown> | undefined,
    claims: Record<string, unknown>,
  ) => {
    const gate = createGate({ verify, ...(authorize && { authorize }) })
    const error: unknown = await gate
      .check(await call(claims), demand ? { authorize: demand } : {})
      .catch((each: unknown) => each)
    return error instanceof AuthError ? [error.code, error.stepUp] : undefined
  }

  test.each<[string, GateCase]>([
    ['recency of the gate before a role', [recent, admins, {}, ['FORBIDDEN', undefined]]],
    ['a role of the gate before recency', [admins, recent, {}, ['FORBIDDEN', undefined]]],
    [
      'recency of the gate, and the role is there',
      [recent, admins, { role: 'admin' }, ['STEP_UP_REQUIRED', { maxAge: 300 }]],
    ],
    [
      'recency of the gate, a context of the route',
      [recent, strong, {}, ['STEP_UP_REQUIRED', loginOf(300, 'urn:a', 'urn:b')]],
    ],
    [
      'contexts that exclude each other',
      [strong, requireAcr('urn:c'), {}, ['FORBIDDEN', undefined]],
    ],
    ['both are content', [recent, admins, { role: 'admin', auth_time: now }, undefined]],
  ])('a gate and a route, %s', async (_name, [authorize, demand, claims, wanted]) => {
    expect(await refused(authorize, demand, claims)).toEqual(wanted)
  })

  test('a function of the application says by itself which login would be enough', async () => {
    const own = Object.assign(() => Promise.resolve(false), { stepUp: () => ({ maxAge: 60 }) })
    const gate = createGate({ verify, authorize: own })
    await expect(gate.check(await call({}))).rejects.toMatchObject({
      code: 'STEP_UP_REQUIRED',
      stepUp: { maxAge: 60 },
    })
  })

  test('a stepUp that throws is a fault of the application, and the call stays refused', async () => {
    const stepUp = () => {
      throw new Error('no policy')
    }
    const gate = createGate({ verify, authorize: Object.assign(() => false, { stepUp }) })
    await expect(gate.check(await call({}))).rejects.toMatchObject({ code: 'POLICY_FAULT' })
  })
})

describe('the challenge of RFC 9470', () => {
  const challenge = (stepUp: StepUp | undefined) =>
    createResponder({ render: 'problem', realm: 'api' })(
      new AuthError('STEP_UP_REQUIRED', stepUp ? { stepUp } : {}),
    ).headers['WWW-Authenticate']
  const start =
    'Bearer realm="api", error="insufficient_user_authentication", error_description="This needs a more recent or stronger login."'

  test.each<[StepUp | undefined, string]>([
    [{ maxAge: 300 }, ', max_age="300"'],
    [{ acrValues: ['urn:a', 'urn:b'] }, ', acr_values="urn:a urn:b"'],
    [{ acrValues: ['urn:a'], maxAge: 0 }, ', acr_values="urn:a", max_age="0"'],
    [undefined, ''],
    [{ acrValues: ['a"b', 'c d', 'e\r\nf', 'g'] }, ', acr_values="g"'],
    [{ maxAge: Number.NaN }, ''],
    [{ maxAge: -5 }, ''],
    [{ maxAge: '5", x="' as never }, ''],
  ])('the login %j is named as %s', (login, end) => {
    expect(challenge(login)).toBe(start + end)
  })
})

import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import {
  allOf,
  anyOf,
  not,
  requireClaim,
  requireRoles,
  requireScopes,
  type Guard,
} from '../../src/gate/index.js'
import { verified } from './tokens.js'

type Case = [Guard<never>, Record<string, unknown>, boolean]

const yes: Guard<unknown> = () => true
const no: Guard<unknown> = () => false
const late: unknown = () => Promise.resolve(true)
const promising = late as Guard<unknown>

describe('guards', () => {
  test.each<Case>([
    [requireScopes('a'), { scope: 'a' }, true],
    [requireScopes('a', 'b'), { scope: 'b x a' }, true],
    [requireScopes('a', 'b'), { scope: 'a' }, false],
    [requireScopes('a'), { scope: 'ab' }, false],
    [requireScopes('a'), { scope: ['a'] }, true],
    [requireScopes('a'), { scp: ['b', 'a'] }, true],
    [requireScopes('a'), { scp: 'b a' }, true],
    [requireScopes('a'), { scope: { a: 'a' } }, false],
    [requireScopes('a'), { scope: ['b a'] }, false],
    [requireScopes('a'), {}, false],
    [requireRoles('admin'), { roles: ['user', 'admin'] }, true],
    [requireRoles('admin'), { role: 'admin' }, true],
    [requireRoles('admin'), { role: 'administrator' }, false],
    [requireRoles('admin', 'user'), { roles: ['admin'] }, false],
    [requireRoles('admin'), { roles: 'user admin' }, false],
    [requireRoles('admin'), { roles: [['admin']] }, false],
    [requireRoles('admin'), {}, false],
    [requireClaim<Record<string, unknown>, string>('tier', 'gold'), { tier: 'gold' }, true],
    [requireClaim<Record<string, unknown>, string>('tier', 'gold'), { tier: ['gold'] }, true],
    [requireClaim<Record<string, unknown>, string>('tier', 'gold'), { tier: 'golden' }, false],
    [requireClaim<Record<string, unknown>, string>('tier', 1), { tier: '1' }, false],
    [requireClaim<Record<string, unknown>, string>('tier', true), { tier: true }, true],
    [requireClaim<Record<string, unknown>, string>('tier', () => true), {}, false],
    [requireClaim<Record<string, unknown>, string>('tier', () => true), { tier: null }, false],
    [requireClaim<Record<string, unknown>, string>('toString', () => true), {}, false],
    [requireClaim<{ age: number }, 'age'>('age', (age) => age > 17), { age: 18 }, true],
    [requireClaim<{ age: number }, 'age'>('age', (age) => age > 17), { age: 17 }, false],
    [allOf(yes, yes), {}, true],
    [allOf(yes, no), {}, false],
    [anyOf(no, yes), {}, true],
    [anyOf(no, no), {}, false],
    [not(no), {}, true],
    [not(yes), {}, false],
    [allOf(yes, promising), {}, false],
    [anyOf(promising), {}, false],
    [not(promising), {}, false],
    [not(requireRoles('suspended')), { roles: ['user'] }, true],
    [not(requireRoles('suspended')), { roles: ['suspended'] }, false],
  ])('case %#: %o on %j permits: %s', async (guard, claims, permits) => {
    const token: unknown = await verified(claims)
    expect(guard(token as never)).toBe(permits)
  })

  test('guards name the scopes that would be enough', () => {
    const both = allOf(requireScopes('a', 'b'), requireRoles('r'), requireScopes('b', 'c'))
    expect(both.scope).toEqual(['a', 'b', 'c'])
    expect(anyOf(requireRoles('r'), requireScopes('a'), requireScopes('b')).scope).toEqual(['a'])
    expect(not(requireScopes('a')).scope).toBeUndefined()
  })

  test.each([
    () => requireScopes(),
    () => requireScopes(''),
    () => requireScopes('a b'),
    () => requireScopes('a"b'),
    () => requireRoles(),
    () => requireRoles(''),
    () => requireClaim<{ '': 1 }, ''>('', 1),
    () => allOf(),
    () => anyOf(),
  ])('a guard that requires nothing is refused when built (%#)', (build) => {
    expect(build).toThrow(ConfigError)
  })
})

describe('requireClaim, where a schema makes instances of a class', () => {
  class User {
    readonly #tier = 'gold'
    get tier() {
      return this.#tier
    }
  }
  class Guest extends User {}
  test.each([new User(), new Guest()])(
    'requireClaim reads a getter of the class, also inside not (%#)',
    (claims) => {
      const token: unknown = { claims }
      const guard = requireClaim<User, 'tier'>('tier', 'gold')
      expect(guard(token as never)).toBe(true)
      expect(not<User>(guard)(token as never)).toBe(false)
    },
  )
  test('requireClaim does not take what every object has for a claim', () => {
    const token: unknown = { claims: new Guest() }
    const guard = requireClaim<Record<string, unknown>, string>('toString', () => true)
    expect(guard(token as never)).toBe(false)
  })
})

describe('roles and scopes in nested claims', () => {
  const keycloak = { realm_access: { roles: ['admin', 'user'] }, permissions: ['a:read'] }
  test.each<Case>([
    [requireRoles('admin', { at: 'realm_access.roles' }), keycloak, true],
    [requireRoles('admin', 'user', { at: 'realm_access.roles' }), keycloak, true],
    [requireRoles('auditor', { at: 'realm_access.roles' }), keycloak, false],
    [requireRoles('admin', { at: 'realm_access' }), keycloak, false],
    [requireRoles('admin', { at: 'realm_access.roles.0' }), keycloak, false],
    [requireRoles('admin', { at: 'resource_access.app.roles' }), keycloak, false],
    [requireRoles('admin', { at: 'realm_access.roles' }), { roles: ['admin'] }, false],
    [requireRoles('admin'), keycloak, false],
    [requireRoles('Object', { at: 'constructor.name' }), {}, false],
    [
      requireRoles('x', { at: ['https://a.example/roles'] }),
      { 'https://a.example/roles': ['x'] },
      true,
    ],
    [requireRoles('x', { at: ['a.b', 'c'] }), { 'a.b': { c: 'x' } }, true],
    [requireRoles('x', { at: 'a.b.c' }), { 'a.b': { c: 'x' } }, false],
    [requireScopes('a:read', { at: 'permissions' }), keycloak, true],
    [requireScopes('a:read', { at: 'a.scope' }), { a: { scope: 'b a:read' } }, true],
    [requireScopes('a:read', { at: 'permissions' }), { scope: 'a:read' }, false],
  ])('%# is read at its place and nowhere else', async (guard, claims, expected) => {
    expect(guard((await verified(claims)) as never)).toBe(expected)
  })
  test('a scope at another place stands in the challenge too', () => {
    expect(requireScopes('a', { at: 'permissions' }).scope).toEqual(['a'])
  })
  test.each([
    [{ at: 'https://a.example/roles' }],
    [{ at: '' }],
    [{ at: 'a..b' }],
    [{ at: [] }],
    [{ at: ['a', ''] }],
    [{ at: 5 }],
    [{}],
    [{ in: 'roles' }],
  ])('%j is no place', (place) => {
    expect(() => requireRoles('admin', place as never)).toThrow(ConfigError)
    expect(() => requireScopes('admin', place as never)).toThrow(ConfigError)
  })
  test('a place without a role, or before one, is a ConfigError', () => {
    expect(() => requireRoles({ at: 'roles' })).toThrow(ConfigError)
    expect(() => requireRoles({ at: 'roles' }, 'admin')).toThrow(ConfigError)
    expect(() => requireRoles(undefined as never)).toThrow(ConfigError)
  })
})

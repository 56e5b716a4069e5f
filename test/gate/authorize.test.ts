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
import { type VerifiedToken } from '../../src/token/index.js'
import { sign, verified, verifierOf } from './tokens.js'

type Case = [Guard<never>, Record<string, unknown>, boolean]

const isAdult = (age: unknown): boolean => typeof age === 'number' && age > 17
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
    [requireClaim('tier', 'gold'), { tier: 'gold' }, true],
    [requireClaim('tier', 'gold'), { tier: ['gold'] }, true],
    [requireClaim('tier', 'gold'), { tier: 'golden' }, false],
    [requireClaim('tier', 1), { tier: '1' }, false],
    [requireClaim('tier', true), { tier: true }, true],
    [requireClaim('tier', () => true), {}, false],
    [requireClaim('tier', () => true), { tier: null }, false],
    [requireClaim('toString', () => true), {}, false],
    [requireClaim('age', isAdult), { age: 18 }, true],
    [requireClaim('age', isAdult), { age: 17 }, false],
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
    () => requireClaim('', 1),
    () => requireClaim(undefined as never, 1),
    () => requireClaim('tier', undefined as never),
    () => requireClaim('tier', ['gold'] as never),
    () => allOf(),
    () => anyOf(),
  ])('a guard that requires nothing is refused when built (%#)', (build) => {
    expect(build).toThrow(ConfigError)
  })
})

describe('under a schema that changes the claims, every guard reads the claims as signed', () => {
  const signed = { roles: ['user'], scope: 'a', tier: 'silver', status: 'suspended' }
  const claims = () => ({
    roles: ['admin'],
    scope: 'b',
    tier: 'gold',
    plan: 'pro',
    nested: { roles: ['admin'] },
  })
  const token = async () => verifierOf(claims)(await sign(signed))

  test.each<[string, Guard<unknown>]>([
    ['requireRoles', requireRoles('admin')],
    ['requireRoles at a place', requireRoles('admin', { at: 'nested.roles' })],
    ['requireScopes', requireScopes('b')],
    ['requireClaim', requireClaim('tier', 'gold')],
    ['requireClaim with a function', requireClaim('tier', (tier) => tier === 'gold')],
    ['requireClaim of a claim that the schema adds', requireClaim('plan', 'pro')],
    ['not, of a claim that the schema drops', not(requireClaim('status', 'suspended'))],
  ])('%s refuses what only the schema says', async (_, guard) => {
    expect(guard(await token())).toBe(false)
  })

  test.each<[string, Guard<unknown>]>([
    ['requireRoles', requireRoles('user')],
    ['requireScopes', requireScopes('a')],
    ['requireClaim', requireClaim('tier', 'silver')],
    ['requireClaim of a claim that the schema drops', requireClaim('status', 'suspended')],
  ])('%s permits what the issuer signed', async (_, guard) => {
    expect(guard(await token())).toBe(true)
  })

  test('a function of the application reads what the schema made, beside guards', async () => {
    const isPro: Guard<{ plan: string }> = ({ claims }) => claims.plan === 'pro'
    const guard = allOf<{ plan: string }>(requireRoles('user'), isPro)
    expect(guard((await token()) as VerifiedToken<{ plan: string }>)).toBe(true)
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

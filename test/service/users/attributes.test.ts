import { expect, test } from 'vitest'
import { claimFault } from '../../../apps/auth-service/src/configuration/claim-names.js'
import type { UserAttributes } from '../../../apps/auth-service/src/configuration/user-attributes.js'
import { userAttributeFields } from '../../../apps/auth-service/src/configuration/user-attributes.js'
import {
  attributeClaims,
  changeAttributes,
} from '../../../apps/auth-service/src/users/attributes.js'

const defined: UserAttributes = {
  department: { type: 'text', claim: 'department' },
  level: { type: 'number', claim: 'level', clients: 'all' },
  teams: { type: 'list', claim: 'teams', clients: ['shop', 'first-party'] },
  remote: { type: 'boolean' },
}
const attributes = { department: 'sales', level: 0, teams: [], remote: true }

test.each([
  ['first-party', { department: 'sales', level: 0, teams: [] }],
  ['shop', { level: 0, teams: [] }],
  ['other', { level: 0 }],
])('tokens of the client %s have the claims that the configuration says', (client, claims) => {
  expect(attributeClaims(defined, { attributes }, client)).toEqual(claims)
})

test('values of another type than the configuration has now are in no token', () => {
  const others = { department: 7, level: 'high', teams: 'a', old: 'x' }
  expect(attributeClaims(defined, { attributes: others }, 'first-party')).toEqual({})
  expect(attributeClaims({}, { attributes }, 'first-party')).toEqual({})
  expect(attributeClaims(defined, {}, 'first-party')).toEqual({})
})

test('a change keeps what it does not name, and takes away also what is no longer defined', () => {
  const change = (before: object, fields: object) =>
    changeAttributes(defined, { ...before }, { ...fields })
  expect(change(attributes, { level: 4, department: null })).toEqual({
    ...{ kind: 'changed', attributes: { level: 4, teams: [], remote: true } },
  })
  expect(change({ old: 'x', level: 1 }, { old: null })).toEqual({
    ...{ kind: 'changed', attributes: { level: 1 } },
  })
  expect(change({ old: 'x' }, { old: 'y' })).toMatchObject({ kind: 'refused' })
  expect(change({}, { level: Number.NaN, teams: ['a', 1] })).toMatchObject({
    faults: [
      expect.stringMatching(/^attributes\.level: /),
      expect.stringMatching(/^attributes\.teams: /),
    ],
  })
})

test('every claim that sessions set is refused for an attribute', () => {
  const own = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sid', 'client_id', 'scope']
  const more = ['auth_time', 'amr', 'acr', 'act', 'roles', 'jotgate_after', 'cnf', 'email', 'NONCE']
  for (const name of [...own, ...more]) expect([name, claimFault(name)]).not.toContain(undefined)
  for (const name of ['department', 'https://auth.example/level', 'x.y-z'])
    expect([name, claimFault(name)]).toEqual([name, undefined])
})

test.each([
  [{ a: { type: 'date' } }, 'a.type'],
  [{ a: { type: 'text', claim: 'x', clients: [] } }, 'a.clients'],
  [{ a: { type: 'text', clients: 'all' } }, 'without a claim'],
  [{ 'a b': { type: 'text' } }, 'must begin with a letter'],
  [{ a: { type: 'text', claim: 'x' }, b: { type: 'text', claim: 'x' } }, 'the same claim'],
  [{ a: { type: 'text', values: [] } }, 'values'],
  [
    Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`a${String(at)}`, { type: 'text' }])),
    'at most 32',
  ],
])('a configuration with the attributes %j is refused', (fields, why) => {
  const parsed = userAttributeFields.safeParse(fields)
  const faults = (parsed.error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  )
  expect(faults.join('\n')).toContain(why)
})

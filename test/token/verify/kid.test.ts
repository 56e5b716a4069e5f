import { describe, expect, test } from 'vitest'
import { createVerifier } from '../../../src/token/index.js'
import { audience, issuer, key, now, verdict, withHeader } from './forge.js'

const base = { issuer, audience, now: () => now }
const hs256 = { ...base, algorithms: ['HS256'] as const }

describe('kid is only ever compared', () => {
  const kids = [
    '../../../../dev/null',
    '/dev/null',
    '/invalid_path',
    '..\\..\\windows',
    'file:///etc/passwd',
    '|sleep 10',
    '| curl http://127.0.0.1',
    '`id`',
    '$(id)',
    ';id',
    '\0',
    'k1\0',
    'k1 ',
    ' k1',
    'K1',
    "x' UNION SELECT '1';--",
    "' OR 1=1 --",
    '"',
    "'",
    '{{7*7}}',
    '${7*7}',
    '%00',
    '%2e%2e%2f',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'length',
    '0',
    '-1',
    'http://127.0.0.1/',
    'k\u0131',
    '\u006b\u0661',
    '\ud800',
    '\u202ek1',
    'k1\n',
    'k1,k1',
    '[k1]',
    '',
  ]
  const byKid = new Map([['k1', key]])
  const verify = createVerifier({
    ...hs256,
    keys: ({ kid }: { kid?: string }) => byKid.get(kid ?? ''),
  })
  test('40 hostile values of kid find no key', async () => {
    expect(kids).toHaveLength(40)
    for (const kid of kids)
      expect(await verdict(verify, withHeader({ kid })), kid).toBe('KEY_UNKNOWN')
    expect(await verdict(verify, withHeader({ kid: 'k1' }))).toBe('accepted')
  })
  test.each([1, null, true, ['k1'], { kid: 'k1' }])(
    'a kid of %j is refused because it is not text',
    async (kid) => {
      expect(await verdict(verify, withHeader({ kid }))).toBe('HEADER_REFUSED')
    },
  )
  test('a kid of 256 characters is looked up, one of 257 is refused', async () => {
    expect(await verdict(verify, withHeader({ kid: 'k'.repeat(256) }))).toBe('KEY_UNKNOWN')
    expect(await verdict(verify, withHeader({ kid: 'k'.repeat(257) }))).toBe('HEADER_REFUSED')
  })
})

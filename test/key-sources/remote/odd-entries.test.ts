import { createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import type { Algorithm } from '../../../src/key/index.js'
import { localJwks } from '../../../src/key-sources/local-jwks.js'
import { createVerifier } from '../../../src/token/index.js'
import { jwkOf } from '../../key/pairs.js'
import { json } from './jwks-server.js'
import { algorithms, answer, claims, ec, jwk, rsa, tokenOf, verifierOf } from './sets.js'
import { issuer, setUp } from './setup.js'

const [a, b, other, curve] = [rsa(), rsa(), rsa(), ec()]
const A = jwk(a.publicKey, { kid: 'k1', alg: 'RS256' })
const O = jwk(other.publicKey, { kid: 'k2', alg: 'RS256' })
const oct = { kty: 'oct', kid: 'k1', alg: 'HS256', k: randomBytes(32).toString('base64url') }

/** Sets that all hold `A` and `O`, and something odd: which entries are skipped, and why. */
const odd: Readonly<Record<string, { keys: unknown[]; skipped: object[] }>> = {
  'one entry twice': { keys: [A, A, O], skipped: [{ position: 1, reason: 'repeated' }] },
  'an encryption key of the same kid': {
    keys: [jwk(b.publicKey, { kid: 'k1', use: 'enc', alg: 'RSA-OAEP' }), A, O],
    skipped: [{ position: 0, reason: 'use' }],
  },
  'an encryption key of the same kid, without alg': {
    keys: [A, jwk(b.publicKey, { kid: 'k1', use: 'enc' }), O],
    skipped: [{ position: 1, reason: 'use' }],
  },
  'a key of the same kid that may only encrypt': {
    keys: [A, jwk(b.publicKey, { kid: 'k1', use: undefined, key_ops: ['encrypt'] }), O],
    skipped: [{ position: 1, reason: 'use' }],
  },
  'a damaged key of the same kid': {
    keys: [A, { ...A, n: 'AAAA' }, O],
    skipped: [{ position: 1, reason: 'damaged or weak' }],
  },
  'a weak RSA key': {
    keys: [
      A,
      jwk(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey, { kid: 'weak' }),
      O,
    ],
    skipped: [{ position: 1, reason: 'damaged or weak' }],
  },
  'a secret of the same kid': { keys: [A, oct, O], skipped: [{ position: 1, reason: 'secret' }] },
  'a private key of another kid': {
    keys: [A, jwk(b.privateKey, { kid: 'p', alg: 'RS256' }), O],
    skipped: [{ position: 1, reason: 'private key' }],
  },
  'a kid that is a number': {
    keys: [A, { ...A, kid: 7 }, O],
    skipped: [{ position: 1, reason: 'damaged or weak' }],
  },
  'entries that are no keys': {
    keys: [null, A, 'key', 7, [], {}, O],
    skipped: [0, 2, 3, 4, 5].map((position) => ({ position, reason: 'not a key' })),
  },
  'a key for an algorithm that is not configured': {
    keys: [A, jwk(ec('P-521').publicKey, { kid: 'k1', alg: 'ES512' }), O],
    skipped: [{ position: 1, reason: 'algorithm' }],
  },
  'members that are null': {
    keys: [
      { ...A, d: null, p: null, key_ops: null, x5c: null },
      { ...O, use: null, alg: null },
    ],
    skipped: [],
  },
  'a key without alg that fits two of the algorithms': {
    keys: [{ ...A, alg: undefined }, O],
    skipped: [],
  },
  'another kind of key under the same kid': {
    keys: [A, jwk(curve.publicKey, { kid: 'k1', alg: 'ES256' }), O],
    skipped: [],
  },
  'the same key once more for PS256': { keys: [A, { ...A, alg: 'PS256' }, O], skipped: [] },
}

describe('one odd entry of a remote set', () => {
  test.each(Object.entries(odd))(
    'a set with one odd entry verifies with its other keys, and status says so: %s',
    async (_, row) => {
      const told: object[] = []
      const { keys } = await setUp(json({ keys: row.keys }), {
        algorithms,
        onEvent: (event) => told.push(event),
      })
      const verify = verifierOf(keys)
      expect(await answer(verify, await tokenOf(a.privateKey, 'RS256', 'k1'))).toBe('accepted')
      expect(await answer(verify, await tokenOf(other.privateKey, 'RS256', 'k2'))).toBe('accepted')
      expect(await answer(verify, await tokenOf(b.privateKey, 'RS256', 'k1'))).toBe(
        'SIGNATURE_INVALID',
      )
      expect(keys.status()).toMatchObject({
        state: 'fresh',
        kids: ['k1', 'k2'],
        skipped: row.skipped,
      })
      expect(told).toMatchObject([{ type: 'fetched', keys: 2, skipped: row.skipped }])
    },
  )

  test('keys survive an odd entry that appears while the set is in use', async () => {
    for (const { keys: entries } of Object.values(odd)) {
      const { server, clock, keys } = await setUp(json({ keys: [A, O] }), { algorithms })
      const verify = createVerifier({
        ...{ keys, algorithms, issuer, audience: 'api', clockTolerance: 300, cache: false },
      })
      const token = await tokenOf(other.privateKey, 'RS256', 'k2')
      expect(await answer(verify, token)).toBe('accepted')
      server.answer = json({ keys: entries })
      for (const minutes of [9, 11, 60, 75]) {
        clock.add(minutes * 60)
        expect(await answer(verify, token)).toBe('accepted')
      }
    }
  })
})

describe('several keys of a remote set under one kid', () => {
  const entries = [
    jwk(a.publicKey, { kid: 'k' }),
    jwk(b.publicKey, { kid: 'k', alg: 'PS256' }),
    jwk(curve.publicKey, { kid: 'k' }),
  ]

  test('each verifies its own tokens, and only by an algorithm of its own', async () => {
    const { keys } = await setUp(json({ keys: entries }), { algorithms })
    const verify = verifierOf(keys)
    const expected: [KeyObject, Algorithm, string][] = [
      [a.privateKey, 'RS256', 'accepted'],
      [a.privateKey, 'PS256', 'accepted'],
      [b.privateKey, 'PS256', 'accepted'],
      [b.privateKey, 'RS256', 'SIGNATURE_INVALID'], // it says alg: PS256
      [curve.privateKey, 'ES256', 'accepted'],
      [other.privateKey, 'RS256', 'SIGNATURE_INVALID'],
      [ec('P-384').privateKey, 'ES384', 'KEY_UNKNOWN'], // a P-256 key never serves ES384
    ]
    for (const [key, alg, verdict] of expected)
      expect([alg, await answer(verify, await tokenOf(key, alg, 'k'))]).toEqual([alg, verdict])
  })

  test('the verifier’s own algorithms stay pinned, whatever the set holds', async () => {
    const { keys } = await setUp(json({ keys: entries }), { algorithms })
    const verify = verifierOf(keys, ['RS256'])
    expect(await answer(verify, await tokenOf(a.privateKey, 'RS256', 'k'))).toBe('accepted')
    for (const [key, alg] of [
      [a.privateKey, 'PS256'],
      [curve.privateKey, 'ES256'],
    ] as const)
      expect(await answer(verify, await tokenOf(key, alg, 'k'))).toBe('ALGORITHM_REFUSED')
  })

  test('no text of any of them is ever a secret', async () => {
    const { keys } = await setUp(json({ keys: [...entries, { ...oct, kid: 'k' }] }), { algorithms })
    const verify = verifierOf(keys)
    const forms = [a, b, curve].flatMap(({ publicKey }) => [
      publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      JSON.stringify(jwkOf(publicKey)),
      publicKey.export({ format: 'der', type: 'spki' }),
    ])
    for (const secret of [...forms, Buffer.from(oct.k, 'base64url')]) {
      for (const alg of ['HS256', 'RS256', 'ES256', 'none']) {
        const header = Buffer.from(JSON.stringify({ alg, kid: 'k' })).toString('base64url')
        const input = `${header}.${claims().toString('base64url')}`
        const mac = createHmac('sha256', secret).update(input).digest('base64url')
        expect(['ALGORITHM_REFUSED', 'SIGNATURE_INVALID']).toContain(
          await answer(verify, `${input}.${mac}`),
        )
      }
    }
  })

  test('at most four of one algorithm are candidates, and the rest are skipped', async () => {
    const pairs = Array.from({ length: 6 }, () => ec())
    const keysOf = (kid: string) => pairs.map(({ publicKey }) => jwk(publicKey, { kid }))
    const { keys } = await setUp(json({ keys: keysOf('k') }), { algorithms })
    const verify = verifierOf(keys)
    const verdicts = []
    for (const { privateKey: key } of pairs)
      verdicts.push(await answer(verify, await tokenOf(key, 'ES256', 'k')))
    expect(verdicts).toEqual([
      ...Array.from({ length: 4 }, () => 'accepted'),
      ...Array.from({ length: 2 }, () => 'SIGNATURE_INVALID'),
    ])
    expect(keys.status().skipped).toEqual(
      [4, 5].map((position) => ({ position, reason: 'kid in use' })),
    )
  })

  test('a token without kid finds its key only if one key of the set fits its algorithm', async () => {
    const header = Buffer.from('{"alg":"RS256"}').toString('base64url')
    const input = `${header}.${claims().toString('base64url')}`
    const token = `${input}.${sign('sha256', Buffer.from(input), a.privateKey).toString('base64url')}`
    const named = { kid: 'k' }
    for (const [list, verdict] of [
      [[jwk(a.publicKey, named)], 'accepted'],
      [[jwk(a.publicKey, named), jwk(curve.publicKey, named)], 'accepted'],
      [[jwk(a.publicKey, named), jwk(b.publicKey, named)], 'KEY_UNKNOWN'],
      [[jwk(a.publicKey, named), jwk(curve.publicKey, { kid: 'other' })], 'KEY_UNKNOWN'],
    ] as const) {
      const { keys } = await setUp(json({ keys: list }), { algorithms })
      expect(await answer(verifierOf(keys), token)).toBe(verdict)
    }
  })

  test('one that is withdrawn stops verifying while the others go on', async () => {
    const { server, clock, keys } = await setUp(json({ keys: entries }), { algorithms })
    const verify = verifierOf(keys)
    const tokens = [
      await tokenOf(a.privateKey, 'RS256', 'k'),
      await tokenOf(curve.privateKey, 'ES256', 'k'),
    ]
    for (const token of tokens) await verify(token)
    server.answer = json({ keys: [entries[2]] })
    clock.add(601)
    expect(await Promise.all(tokens.map((token) => answer(verify, token)))).toEqual([
      'KEY_UNKNOWN',
      'accepted',
    ])
  })
})

describe('a set in which a private key is published', () => {
  test('the public half of a published private key does not verify either, even if listed on its own', async () => {
    const half = jwk(b.publicKey, { kid: 'b', alg: 'RS256' })
    const { keys } = await setUp(
      json({ keys: [half, A, jwk(b.privateKey, { kid: 'p', alg: 'RS256' })] }),
      { algorithms },
    )
    const verify = verifierOf(keys)
    expect(await answer(verify, await tokenOf(a.privateKey, 'RS256', 'k1'))).toBe('accepted')
    expect(await answer(verify, await tokenOf(b.privateKey, 'RS256', 'b'))).toBe('KEY_UNKNOWN')
    expect(keys.status().skipped).toEqual([
      { position: 0, reason: 'private key' },
      { position: 2, reason: 'private key' },
    ])
  })
})

describe('a local set of a provider', () => {
  test.each(
    Object.entries(odd).filter(
      ([, { skipped }]) =>
        !skipped.some((each) => /secret|private|damaged|not a key/.test(JSON.stringify(each))),
    ),
  )('the keys of a provider’s local set verify: %s', async (_, row) => {
    const verify = verifierOf(localJwks({ keys: row.keys as never }, { algorithms }))
    expect(await answer(verify, await tokenOf(a.privateKey, 'RS256', 'k1'))).toBe('accepted')
    expect(await answer(verify, await tokenOf(other.privateKey, 'RS256', 'k2'))).toBe('accepted')
    expect(await answer(verify, await tokenOf(b.privateKey, 'RS256', 'k1'))).toBe(
      'SIGNATURE_INVALID',
    )
  })

  test('more than four keys of one kid and algorithm are a ConfigError', () => {
    const keys = Array.from({ length: 5 }, () => jwk(ec().publicKey, { kid: 'k' }))
    expect(() => localJwks({ keys }, { algorithms })).toThrow(ConfigError)
  })
})

import { createHmac, randomBytes, type JsonWebKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import { type Algorithm, hmacKey, publicKey } from '../../../src/key/index.js'
import { createVerifier, type KeySource } from '../../../src/token/index.js'
import { pairFor, rawPair } from '../../key/pairs.js'
import {
  audience,
  encode,
  forge,
  goodClaims,
  issuer,
  key,
  mac,
  now,
  secret,
  verdict,
  verifierWith,
} from './forge.js'

const verify = verifierWith()
const base = { issuer, audience, now: () => now }
const hs256 = { ...base, algorithms: ['HS256'] as const }
const sources = (answer: unknown): KeySource[] =>
  [
    () => answer,
    () => Promise.resolve(answer),
    { find: () => answer, version: () => 0 },
  ] as KeySource[]

/** A verifier of RS256 tokens, and every text and byte form of its public key that has fooled somebody. */
const rsa = rawPair('RS256').publicKey
const pem = rsa.export({ format: 'pem', type: 'spki' }).toString()
const jwk = rsa.export({ format: 'jwk' })
const publicForms: Record<string, string | Buffer> = {
  'SPKI PEM': pem,
  'SPKI PEM without its last newline': pem.trimEnd(),
  'SPKI PEM with CRLF': pem.replaceAll('\n', '\r\n'),
  'PKCS#1 PEM': rsa.export({ format: 'pem', type: 'pkcs1' }).toString(),
  'SPKI DER': rsa.export({ format: 'der', type: 'spki' }),
  'PKCS#1 DER': rsa.export({ format: 'der', type: 'pkcs1' }),
  'base64 of DER': rsa.export({ format: 'der', type: 'spki' }).toString('base64'),
  'JWK text': JSON.stringify(jwk),
  'JWK text, other order': JSON.stringify({ e: jwk.e, n: jwk.n, kty: jwk.kty }),
  'JWK set text': JSON.stringify({ keys: [jwk] }),
  'the modulus': Buffer.from(String(jwk.n), 'base64url'),
  'the modulus as text': String(jwk.n),
}
const rs256 = createVerifier({
  ...base,
  keys: publicKey(rsa, 'RS256'),
  algorithms: ['RS256'] as const,
})

const confused = (form: string | Buffer) => {
  const signingInput = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(goodClaims)}`
  return `${signingInput}.${createHmac('sha256', form).update(signingInput).digest('base64url')}`
}

describe('CVE-2015-9235, CVE-2016-5431, CVE-2016-10555, CVE-2016-1000223 (a public key as HMAC secret)', () => {
  test.each(Object.entries(publicForms))('signed with the %s', async (_, form) => {
    expect(await verdict(rs256, confused(form))).toBe('ALGORITHM_REFUSED')
  })
})

describe('CVE-2023-48223, CVE-2026-34950, GHSA-ww5h-9m49-7xx4, CVE-2022-29217 (a public key that no pattern recognised)', () => {
  const around = ['', '\n', ' ', '\t', '\ufeff', '\u200b', '\0', '#', 'junk\n', '-- comment --\n']
  test.each(Object.entries(publicForms))('%s with junk before and after', (name, form) => {
    if (name.startsWith('the modulus')) return // a number, and no encoding of a key: see the next test
    for (const junk of around) {
      for (const bytes of [
        Buffer.concat([Buffer.from(junk), Buffer.from(form)]),
        Buffer.concat([Buffer.from(form), Buffer.from(junk)]),
      ]) {
        expect(() => hmacKey(bytes, 'HS256')).toThrow(ConfigError)
      }
    }
  })
  test('an RS256 verifier has no HMAC path, whatever the secret was', async () => {
    for (const form of Object.values(publicForms)) {
      for (const junk of around) {
        const secret = Buffer.concat([Buffer.from(junk), Buffer.from(form)])
        expect(await verdict(rs256, confused(secret))).toBe('ALGORITHM_REFUSED')
      }
    }
  })
})

test('GHSA-g3jj-5cmm-3hxx (JWK text as a secret): text is no key', () => {
  for (const form of Object.values(publicForms)) {
    if (typeof form === 'string') expect(() => hmacKey(form as never, 'HS256')).toThrow(ConfigError)
  }
})

test('CVE-2018-0114 (embedded jwk): a token signed with the key it brings', async () => {
  const own = randomBytes(32)
  const header = { alg: 'HS256', jwk: { kty: 'oct', k: own.toString('base64url') } }
  expect(await verdict(verify, forge({ header, secret: own }))).toBe('SIGNATURE_INVALID')
})

describe('CVE-2019-20933, CVE-2020-28637, CVE-2026-44699, CVE-2026-45363 (an empty or short HMAC key)', () => {
  test.each([0, 1, 16, 31])('%i bytes', (length) => {
    expect(() => hmacKey(randomBytes(length), 'HS256')).toThrow(ConfigError)
    expect(() =>
      hmacKey({ kty: 'oct', k: randomBytes(length).toString('base64url') }, 'HS256'),
    ).toThrow(ConfigError)
  })
  test('a token signed with the empty key', async () => {
    expect(await verdict(verify, forge({ secret: Buffer.alloc(0) }))).toBe('SIGNATURE_INVALID')
  })
})

describe('CVE-2022-21449 (psychic signature)', () => {
  test.each(['ES256', 'ES384', 'ES512', 'ES256K'] as const)(
    'r = s = 0 and r = s = n, %s',
    async (alg) => {
      const { verifying } = pairFor(alg)
      const verify = createVerifier({ ...base, keys: verifying, algorithms: [alg] })
      const bytes = { ES256: 64, ES384: 96, ES512: 132, ES256K: 64 }[alg]
      for (const fill of [0, 1, 0xff]) {
        const signature = Buffer.alloc(bytes, fill).toString('base64url')
        const token = `${encode({ alg })}.${encode(goodClaims)}.${signature}`
        expect(await verdict(verify, token)).toBe('SIGNATURE_INVALID')
      }
    },
  )
})

describe('CVE-2022-23529, CVE-2022-23540, CVE-2022-23541, CVE-2026-44351 (a key that is no key)', () => {
  const answers: readonly unknown[] = [
    undefined,
    null,
    '',
    0,
    false,
    Buffer.alloc(0),
    {},
    [],
    secret,
    secret.toString('base64'),
    { toString: () => secret.toString('latin1') },
    { kty: 'oct', k: secret.toString('base64url') },
    pem,
  ]
  test.each(answers.map((answer, at) => [at, answer]))('answer %i', async (_, answer) => {
    for (const keys of sources(answer)) {
      const verify = createVerifier({ ...hs256, keys })
      expect(await verdict(verify, forge())).toBe('KEY_UNKNOWN')
      expect(await verdict(verify, forge({ secret: Buffer.alloc(0) }))).toBe('KEY_UNKNOWN')
    }
  })
})

test('CVE-2022-23539, CVE-2022-23541 (a key of another kind): a public key answers for an HMAC token', async () => {
  for (const keys of sources(publicKey(rsa, 'RS256'))) {
    expect(await verdict(createVerifier({ ...hs256, keys }), confused(pem))).toBe('KEY_UNKNOWN')
  }
})

test('CVE-2025-65945 (jws, secret looked up from the token): a failed lookup is an error', async () => {
  const keys = (header: { kid?: string }) => {
    if (header.kid === undefined) throw new Error('no kid')
    return key
  }
  expect(await verdict(createVerifier({ ...hs256, keys }), forge())).toBe('KEYS_UNAVAILABLE')
})

test('GHSA-8wpc-h4q6-8fxv (no key, with none allowed): a verifier needs a key and knows no none', () => {
  for (const keys of ['', null, undefined]) {
    expect(() => createVerifier({ ...hs256, keys } as never)).toThrow(ConfigError)
  }
  expect(() => createVerifier({ ...hs256, keys: key, algorithms: ['none'] } as never)).toThrow(
    ConfigError,
  )
})

describe('CVE-2026-22817, CVE-2026-22818 (alg from the header when the JWK has none)', () => {
  test.each(['HS256', 'RS384', 'PS256', 'none'])(
    'a JWK bound to RS256 and a token of %s',
    async (alg) => {
      const bare: JsonWebKey = { kty: 'RSA', n: String(jwk.n), e: String(jwk.e) }
      const keys = publicKey(bare, 'RS256')
      const all: readonly Algorithm[] = ['RS256', 'RS384', 'PS256']
      const verify = createVerifier({ ...base, keys, algorithms: all })
      const token = `${encode({ alg })}.${encode(goodClaims)}.${mac('x', Buffer.from(pem))}`
      expect(['KEY_UNKNOWN', 'ALGORITHM_REFUSED']).toContain(await verdict(verify, token))
    },
  )
})

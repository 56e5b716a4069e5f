import { createSecretKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { algorithmNames, algorithmRow, isSymmetric } from '../../src/key/algorithms.js'
import { ConfigError } from '../../src/foundation/errors.js'
import { hmacKey } from '../../src/key/hmac-key.js'
import { Key } from '../../src/key/key.js'
import { privateKey, publicKey } from '../../src/key/asymmetric-key.js'
import { publicJwk, verificationKey } from '../../src/key/public-half.js'
import type { AsymmetricInput } from '../../src/key/import.js'
import { signBytes } from '../../src/key/signature/sign.js'
import { verifyBytes } from '../../src/key/signature/verify.js'
import { certificateOf, pemOf } from './encodings.js'
import { jwkOf, pairFor, rawPair } from './pairs.js'
import { shortSecret } from '../setup/short-secret.js'

const asymmetric = algorithmNames.filter((alg) => !isSymmetric(alg))
const data = Buffer.from('data')

function publicForms(key: KeyObject): Record<string, AsymmetricInput> {
  const der = key.export({ format: 'der', type: 'spki' })
  const forms: Record<string, AsymmetricInput> = {
    KeyObject: key,
    'SPKI PEM': pemOf('PUBLIC KEY', der),
    'SPKI PEM with CRLF and words around it': `made by hand\r\n${pemOf('PUBLIC KEY', der).replaceAll('\n', '\r\n')}\r\n`,
    'SPKI DER': new Uint8Array(der),
    JWK: jwkOf(key),
    'X.509 PEM': pemOf('CERTIFICATE', certificateOf(key)),
    'X.509 DER': certificateOf(key),
  }
  if (key.asymmetricKeyType === 'rsa') {
    const pkcs1 = key.export({ format: 'der', type: 'pkcs1' })
    forms['PKCS#1 PEM'] = pemOf('RSA PUBLIC KEY', pkcs1)
    forms['PKCS#1 DER'] = pkcs1
  }
  return forms
}

function privateForms(key: KeyObject): Record<string, AsymmetricInput> {
  const der = key.export({ format: 'der', type: 'pkcs8' })
  const forms: Record<string, AsymmetricInput> = {
    KeyObject: key,
    'PKCS#8 PEM': pemOf('PRIVATE KEY', der),
    'PKCS#8 DER': new Uint8Array(der),
    JWK: jwkOf(key),
  }
  if (key.asymmetricKeyType === 'rsa') {
    const pkcs1 = key.export({ format: 'der', type: 'pkcs1' })
    forms['PKCS#1 PEM'] = pemOf('RSA PRIVATE KEY', pkcs1)
    forms['PKCS#1 DER'] = pkcs1
  }
  if (key.asymmetricKeyType === 'ec') {
    const sec1 = key.export({ format: 'der', type: 'sec1' })
    const parameters = pemOf('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex'))
    forms['SEC 1 PEM'] = pemOf('EC PRIVATE KEY', sec1)
    forms['SEC 1 PEM after EC PARAMETERS'] = parameters + pemOf('EC PRIVATE KEY', sec1)
    forms['SEC 1 DER'] = sec1
  }
  return forms
}

describe.each(asymmetric)('a key for %s', (alg) => {
  const raw = rawPair(alg)

  it(`every form of a ${alg} key is read as the same key`, async () => {
    const signing = Object.values(privateForms(raw.privateKey)).map((form) => privateKey(form, alg))
    const verifying = Object.values(publicForms(raw.publicKey)).map((form) => publicKey(form, alg))
    expect(new Set([...signing, ...verifying].map((key) => key.kid)).size).toBe(1)
    for (const signer of signing) {
      const signature = await signBytes(signer, data)
      for (const verifier of verifying) expect(verifyBytes(verifier, data, signature)).toBe(true)
    }
  })

  it(`no private form of a ${alg} key is imported for verifying`, () => {
    for (const form of Object.values(privateForms(raw.privateKey)))
      expect(() => publicKey(form, alg)).toThrow(/was given a private key; pass its public half/)
  })

  it(`no public form of a ${alg} key is imported for signing`, () => {
    for (const form of Object.values(publicForms(raw.publicKey)))
      expect(() => privateKey(form, alg)).toThrow(ConfigError)
  })

  it(`the public half of a ${alg} key is published without private members`, () => {
    const jwk = publicJwk(privateKey(raw.privateKey, alg))
    expect(jwk).toMatchObject({ alg, use: 'sig', kid: publicKey(raw.publicKey, alg).kid })
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])
      expect(jwk).not.toHaveProperty(name)
    expect(publicKey(jwk, alg).kid).toBe(jwk.kid)
    expect(verificationKey(privateKey(raw.privateKey, alg)).kind).toBe('public')
  })
})

it('a signature of one algorithm verifies only with the key of that algorithm', async () => {
  const pairs = algorithmNames.map((alg) => ({ alg, ...pairFor(alg) }))
  const signatures = await Promise.all(pairs.map(async ({ signing }) => signBytes(signing, data)))
  const passing = pairs.flatMap((left, i) =>
    pairs
      .filter(({ verifying }) => verifyBytes(verifying, data, signatures[i] ?? Buffer.alloc(0)))
      .map((right) => `${left.alg} ${right.alg}`),
  )
  // The two names of one algorithm share their key pair here, so each verifies the other's bytes. That `alg` has to be
  // the configured one is checked before.
  const twins = ['EdDSA Ed25519', 'Ed25519 EdDSA']
  expect(passing.sort()).toEqual([...algorithmNames.map((alg) => `${alg} ${alg}`), ...twins].sort())
})

it('a key is imported only for the algorithms that fit its kind and curve', () => {
  const kindOf = (alg: (typeof asymmetric)[number]) => {
    const row = algorithmRow(alg)
    return row.kind === 'ec' ? row.curve : row.kind === 'plain' ? row.keyType : 'rsa'
  }
  let fitting = 0
  for (const alg of asymmetric) {
    for (const other of asymmetric) {
      const make = () => [
        publicKey(rawPair(other).publicKey, alg),
        privateKey(rawPair(other).privateKey, alg),
      ]
      if (kindOf(alg) === kindOf(other)) fitting += make().length
      else expect(make).toThrow(/needs an/)
    }
  }
  expect(fitting).toBe(2 * (36 + 4 + 4 + 1 + (asymmetric.length - 13)))
  for (const type of ['x25519', 'x448'] as const)
    expect(() => publicKey(generateKeyPairSync(type as 'x25519').publicKey, 'EdDSA')).toThrow(
      /Ed25519/,
    )
})

describe('a JWK', () => {
  const jwk = jwkOf(rawPair('ES256').publicKey)
  const secret = { kty: 'oct', k: randomBytes(32).toString('base64url') }

  it.each([
    ['use', 'enc'],
    ['use', null],
    ['key_ops', []],
    ['key_ops', ['sign']],
    ['key_ops', ['encrypt']],
    ['key_ops', ['verify', 'verify']],
    ['key_ops', 'verify'],
  ])('a JWK with %s %j is not imported for verifying', (name, value) => {
    expect(() => publicKey({ ...jwk, [name]: value }, 'ES256')).toThrow(/does not permit to verify/)
    expect(() => hmacKey({ ...secret, [name]: value }, 'HS256')).toThrow(
      /does not permit to verify/,
    )
  })

  it('a JWK with only "verify" in key_ops does not sign', () => {
    const key = hmacKey({ ...secret, key_ops: ['verify'] }, 'HS256')
    expect(() => signBytes(key, data)).toThrow(TypeError)
    const pair = jwkOf(rawPair('ES256').privateKey)
    expect(() => privateKey({ ...pair, key_ops: ['verify'] }, 'ES256')).toThrow(/permit to sign/)
  })

  it('a JWK for another algorithm is refused', () => {
    for (const alg of ['ES384', 'HS256', 'none', '', null, 1]) {
      expect(() => publicKey({ ...jwk, alg }, 'ES256')).toThrow(/jwk\.alg/)
    }
  })

  it('the kid of a JWK has 1 to 256 characters', () => {
    expect(publicKey({ ...jwk, kid: 'a'.repeat(256) }, 'ES256').kid.length).toBe(256)
    for (const kid of ['', 'a'.repeat(257), 1, null, {}, ['a']])
      expect(() => publicKey({ ...jwk, kid }, 'ES256')).toThrow(/kid/)
    expect(publicKey({ ...jwk, kid: 'a' }, 'ES256', { kid: 'b' }).kid).toBe('b')
  })

  it.each([
    ['x', 'AAAA'],
    ['x', `${jwk.x ?? ''}=`],
    ['x', 1],
    ['x', ''],
    ['y', undefined],
    ['y', randomBytes(32).toString('base64url')],
    ['crv', 'P-384'],
    ['crv', undefined],
    ['kty', 'RSA'],
    ['kty', 'ec'],
    ['d', 'AAAA'],
    ['d', null],
    ['oth', []],
  ])('a JWK with %s %j is refused', (name, value) => {
    expect(() => publicKey({ ...jwk, [name]: value }, 'ES256')).toThrow(ConfigError)
  })

  it('a JWK whose private half belongs to another key is refused', () => {
    for (const alg of ['ES256', 'EdDSA', 'RS256'] as const) {
      const one = jwkOf(pairOf(alg).privateKey)
      const other = jwkOf(pairOf(alg).publicKey)
      expect(() => privateKey({ ...one, ...other }, alg)).toThrow(ConfigError)
    }
  })
})

describe('other input than a key', () => {
  const { publicKey: spki, privateKey: pkcs8 } = rawPair('ES256')
  const pem = pemOf('PUBLIC KEY', spki.export({ format: 'der', type: 'spki' }))
  const encrypted = pkcs8.export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  })
  it.each([
    ['text', 'abc', /is not PEM text/],
    ['JSON text', JSON.stringify(jwkOf(spki)), /is not PEM text/],
    ['two keys', pem + pem, /one key/],
    ['an unfinished PEM', pem.slice(0, -30), /END line/],
    ['PEM in one line', pem.replaceAll('\n', '\\n'), /two characters/],
    ['a PEM that is not base64', pem.replace(/M/, '*'), /not base64/],
    ['a PEM of something else', pemOf('X509 CRL', randomBytes(9)), /takes PEM blocks of/],
    ['an encrypted PEM', encrypted, /passphrase/],
    [
      'DER with a byte after it',
      Buffer.concat([spki.export({ format: 'der', type: 'spki' }), Buffer.alloc(1)]),
      /bytes after/,
    ],
    ['random bytes', randomBytes(91), /DER/],
    ['no bytes', Buffer.alloc(0), /DER/],
    ['PEM as bytes', Buffer.from(pem), /as text/],
    ['a damaged PEM', pemOf('PUBLIC KEY', Buffer.from('30020500', 'hex')), /damaged/],
    ['a secret', createSecretKey(randomBytes(32)), /secret key/],
    ['undefined', undefined, /takes PEM text/],
    ['null', null, /takes PEM text/],
    ['a list', [pem], /takes PEM text/],
    ['an object that answers like text', { toString: () => pem }, /takes PEM text/],
  ])('%s is refused as a key, and the message says what to do', (_name, input, message) => {
    // What a caller in plain JavaScript can pass.
    expect(() => publicKey(input as string, 'ES256')).toThrow(message)
    expect(() => publicKey(input as string, 'ES256')).toThrow(ConfigError)
  })

  it('the error names an unknown option or algorithm of a key', () => {
    expect(() => publicKey(pem, 'ES256', { Kid: 'a' } as object)).toThrow(/did you mean "kid"/)
    expect(() => publicKey(pem, 'none' as 'ES256')).toThrow(/alg: is unknown/)
    expect(() => publicKey(pem, 'HS256')).toThrow(/use hmacKey/)
    expect(() => privateKey(pem, 'HS256')).toThrow(/use hmacKey/)
  })
})

it('an ECDSA signature in DER is refused', async () => {
  for (const alg of ['ES256', 'ES384', 'ES512', 'ES256K'] as const) {
    const { signing, verifying } = pairFor(alg)
    const { concatenatedToDer } = await import('../../src/key/signature/ecdsa-encoding.js')
    const signature = await signBytes(signing, data)
    expect(verifyBytes(verifying, data, signature)).toBe(true)
    expect(verifyBytes(verifying, data, concatenatedToDer(signature))).toBe(false)
  }
})

it('a MAC of another length does not verify, and throws nothing', () => {
  const { verifying } = pairFor('HS256')
  for (const length of [0, 1, 31, 33, 64])
    expect(verifyBytes(verifying, data, Buffer.alloc(length))).toBe(false)
})

it('10,000 ES256 signatures of one message have 10,000 different r', () => {
  const { signing } = pairFor('ES256')
  const seen = new Set<string>()
  for (let i = 0; i < 10_000; i++) {
    const signature = signBytes(signing, data)
    if (!(signature instanceof Promise)) seen.add(signature.subarray(0, 32).toString('hex'))
  }
  expect(seen.size).toBe(10_000)
})

it('neither a key nor an error prints key material', () => {
  const canary = Buffer.from('canary-3f9b6d2e-8c41-canary-7a5d0e9b')
  const secret = hmacKey(canary, 'HS256', { accept: shortSecret })
  const pair = jwkOf(rawPair('ES256').privateKey)
  const key = privateKey(pair, 'ES256')
  const errors = [
    () => hmacKey(canary, 'HS512'),
    () => hmacKey({ kty: 'oct', k: `${canary.toString('base64url')}=` }, 'HS256'),
    () => publicKey(pair, 'ES256'),
    () => privateKey({ ...pair, x: 'AAAA' }, 'ES256'),
    () => privateKey({ ...pair, d: `${pair.d ?? ''}=` }, 'ES256'),
    () => privateKey(canary.toString(), 'ES256'),
    () => privateKey(canary, 'ES256'),
    () => hmacKey(canary, 'HS256', { knownSecrets: [canary] }),
  ].map((make) => {
    try {
      make()
    } catch (error) {
      return error
    }
    throw new Error('was not refused')
  })
  const printed = [secret, key, Key, ...errors].flatMap((value) => [
    inspect(value, { depth: 9, showHidden: true }),
    JSON.stringify({ value }),
    String(value),
  ])
  const material = [
    ...(['utf8', 'hex', 'base64', 'base64url'] as const).map((encoding) =>
      canary.toString(encoding),
    ),
    pair.d ?? '',
  ]
  for (const text of printed) {
    for (const each of material) expect(text).not.toContain(each.slice(0, 12))
  }
})

function pairOf(alg: 'ES256' | 'EdDSA' | 'RS256') {
  if (alg === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return alg === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('ed25519')
}

import { expect, test } from 'vitest'
import { externalKey, publicKey, type ExternalKeyOptions } from '../../src/key/index.js'
import { rawPair } from './pairs.js'

const pair = rawPair('ES256')
const other = rawPair('ES384')
const sign = () => Promise.resolve(new Uint8Array(64))
const base: ExternalKeyOptions = { alg: 'ES256', publicKey: pair.publicKey, sign }

test('the kid is the one given, else that of the JWK, else the thumbprint', () => {
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'jwk-kid' }
  const { kid } = publicKey(pair.publicKey, 'ES256')
  expect(externalKey({ ...base, publicKey: jwk, kid: 'given' }).kid).toBe('given')
  expect(externalKey({ ...base, publicKey: jwk }).kid).toBe('jwk-kid')
  expect(externalKey(base).kid).toBe(kid)
})

test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
  ['a private key', { publicKey: pair.privateKey }, /private key; pass its public half/],
  ['a public key of another curve', { publicKey: other.publicKey }, /ES256 needs an EC key/],
  ['no public key', { publicKey: undefined }, /publicKey.*is undefined/],
  ['an HMAC algorithm', { alg: 'HS256' }, /externalKey\.alg/],
  ['an unknown algorithm', { alg: 'none' }, /externalKey\.alg/],
  ['no sign', { sign: undefined }, /externalKey\.sign.*must be a function/],
  ['a deadline of more than a minute', { deadlineMs: 60_001 }, /externalKey\.deadlineMs/],
  ['no deadline', { deadlineMs: Infinity }, /externalKey\.deadlineMs/],
  ['an unknown encoding', { dsaEncoding: 'raw' }, /externalKey\.dsaEncoding/],
  ['a misspelt option', { onEvents: sign }, /onEvents.*did you mean "onEvent"/],
  ['an empty kid', { kid: '' }, /kid/],
])('%s is a ConfigError', (_, options, message) => {
  expect(() => externalKey({ ...base, ...options })).toThrow(message)
})

test('DER for an algorithm that has one form alone is a ConfigError', () => {
  const { publicKey: half } = rawPair('RS256')
  const options = {
    alg: 'RS256',
    publicKey: half,
    dsaEncoding: 'der',
    sign,
  } as const
  expect(() => externalKey(options)).toThrow(/externalKey\.dsaEncoding.*RS256/)
})

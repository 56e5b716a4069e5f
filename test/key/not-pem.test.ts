import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { privateKey, publicKey } from '../../src/key/index.js'
import { certificateOf, pemOf, sshOf } from './encodings.js'
import { jwkOf, rawPair } from './pairs.js'

const { publicKey: spki, privateKey: pkcs8 } = rawPair('ES256')
const publicDer = spki.export({ format: 'der', type: 'spki' })
const privateDer = pkcs8.export({ format: 'der', type: 'pkcs8' })
const pem = pemOf('PUBLIC KEY', publicDer)
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
const rsaDer = rsa.export({ format: 'der', type: 'spki' })
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const jwk = JSON.stringify(jwkOf(spki))

/** What people pass, and the words by which they find their mistake. */
const wrong: readonly (readonly [string, string | Buffer, RegExp])[] = [
  ['an empty variable', '', /^publicKey: is empty; is the environment variable set\?$/],
  ['blanks', ' \n', /is empty/],
  ['empty quotes', '""', /is empty/],
  ['an empty file', Buffer.alloc(0), /is empty/],
  ['the word undefined', 'undefined', /the word "undefined"/],
  ['base64 of a PEM', base64(pem), /the base64 of PEM text; pass Buffer\.from/],
  ['base64 of a PEM in lines', base64(pem).replaceAll(/(.{64})/g, '$1\n'), /base64 of PEM text/],
  ['base64 of a private PEM', base64(pemOf('PRIVATE KEY', privateDer)), /base64 of PEM text/],
  ['a bare Keycloak key', base64(rsaDer), /key in base64 without its PEM lines, as Keycloak/],
  ['a short bare key', base64(publicDer), /key in base64 without its PEM lines/],
  ['a bare key in quotes', `"${base64(rsaDer)}"\n`, /key in base64 without its PEM lines/],
  ['a bare key as a file', Buffer.from(`${base64(rsaDer)}\n`), /key in base64 without its PEM/],
  ['a bare key in base64url', rsaDer.toString('base64url'), /key in base64 without its PEM lines/],
  [
    'a key in hexadecimal',
    rsaDer.toString('hex'),
    /in hexadecimal; pass Buffer\.from\(text, 'hex'/,
  ],
  ['a JWK as text', jwk, /a JWK as text; pass JSON\.parse/],
  ['a JWK as a file', Buffer.from(jwk), /a JWK as text; pass JSON\.parse/],
  ['base64 of a JWK', base64(jwk), /a JWK as base64; pass JSON\.parse\(Buffer\.from/],
  ['a JWK set as text', `{"keys":[${jwk}]}`, /a JWK set as text; pass localJwks/],
  ['an OpenSSH key', sshOf(rsa), /OpenSSH public key.*ssh-keygen/],
  ['a bare certificate', base64(certificateOf(rsa)), /key in base64 without its PEM lines/],
  ['an OpenSSH EC key', 'ecdsa-sha2-nistp256 AAAA me', /OpenSSH public key/],
  ['an RFC 4716 key', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA', /OpenSSH public key/],
  ['a path', './keys/public.pem', /path of a file; pass its content: readFileSync/],
  ['an absolute path', '/run/secrets/jwt', /path of a file/],
  ['a path of Windows', 'C:\\keys\\public.pem', /path of a file/],
  ['the name of a file', 'public.pem', /path of a file/],
  ['the URL of a file', 'file:///etc/jwt/public.pem', /path of a file/],
  ['an address', 'https://id.example/.well-known/jwks.json', /an address.*remoteJwks/],
  ['a secret', 'correct horse battery staple', /no "-----BEGIN …" line/],
]

describe('text that is no PEM', () => {
  test.each(wrong)('the message for %s as a key names it', (_name, input, message) => {
    expect(() => publicKey(input, 'ES256')).toThrow(message)
    expect(() => publicKey(input, 'ES256')).toThrow(ConfigError)
    const own = new RegExp(message.source.replace('^publicKey', '^privateKey'))
    expect(() => privateKey(input, 'ES256')).toThrow(own)
  })

  test('no message contains any of the text', () => {
    for (const [, input] of wrong) {
      const text = input.toString('latin1')
      const message = messageOf(() => publicKey(input, 'ES256'))
      for (let at = 0; at + 12 <= text.length; at += 1)
        expect(message).not.toContain(text.slice(at, at + 12))
    }
  })

  test('what the message advises gives the key', () => {
    const wanted = publicKey(pem, 'ES256').kid
    const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding)
    const given = [
      bytes(base64(pem), 'base64').toString(),
      bytes(base64(publicDer), 'base64'),
      bytes(publicDer.toString('base64url'), 'base64'),
      bytes(publicDer.toString('hex'), 'hex'),
      JSON.parse(jwk) as object,
      JSON.parse(bytes(base64(jwk), 'base64').toString()) as object,
    ]
    expect(given.map((input) => publicKey(input, 'ES256').kid)).toEqual(given.map(() => wanted))
  })

  test('a variable that is not set is named', () => {
    const unset: unknown = undefined
    const message = /is undefined; is the environment variable set\? It takes PEM text/
    expect(() => publicKey(unset as string, 'ES256')).toThrow(message)
    expect(() => privateKey(unset as string, 'ES256')).toThrow(message)
  })

  test('PEM of the other kind is named', () => {
    expect(() => privateKey(pem, 'ES256')).toThrow(/was given a public key; pass the private key/)
    const ssh = pemOf('OPENSSH PRIVATE KEY', Buffer.from('openssh-key-v1\0 and so on'))
    expect(() => privateKey(ssh, 'ES256')).toThrow(/OpenSSH private key.*ssh-keygen -p/)
    expect(() => publicKey(ssh, 'ES256')).toThrow(/OpenSSH private key/)
  })

  test('long text is judged in linear time', () => {
    for (const piece of ['A', 'a b', '0', '/', '{', '"', ' ', 'ab\n', '-----BEGIN'])
      expect(() => publicKey(piece.repeat(200_000), 'ES256')).toThrow(ConfigError)
  })
})

function messageOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

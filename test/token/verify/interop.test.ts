import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import * as fastJwt from 'fast-jwt'
import * as jose from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { afterAll, describe, expect, test } from 'vitest'
import { type Algorithm, hmacKey, privateKey, publicKey } from '../../../src/key/index.js'
import { createSigner, createVerifier } from '../../../src/token/index.js'
import { rawPair } from '../../key/pairs.js'

const hmac = ['HS256', 'HS384', 'HS512'] as const
const rsa = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const
const ecdsa = ['ES256', 'ES384', 'ES512'] as const

interface Peer {
  readonly algorithms: readonly Algorithm[]
  sign(claims: Record<string, unknown>, alg: Algorithm, key: KeyObject): string | Promise<string>
  verify(token: string, alg: Algorithm, key: KeyObject): unknown
}

const peers: Record<string, Peer> = {
  jose: {
    algorithms: [...hmac, ...rsa, ...ecdsa, 'EdDSA', 'Ed25519'],
    sign: (claims, alg, key) => new jose.SignJWT(claims).setProtectedHeader({ alg }).sign(key),
    verify: async (token, alg, key) =>
      (await jose.jwtVerify(token, key, { algorithms: [alg], issuer: 'i', audience: 'a' })).payload,
  },
  jsonwebtoken: {
    algorithms: [...hmac, ...rsa, ...ecdsa],
    sign: (claims, alg, key) =>
      jsonwebtoken.sign(claims, key, { algorithm: alg as jsonwebtoken.Algorithm }),
    verify: (token, alg, key) =>
      jsonwebtoken.verify(token, key, {
        algorithms: [alg as jsonwebtoken.Algorithm],
        issuer: 'i',
        audience: 'a',
      }),
  },
  'fast-jwt': {
    algorithms: [...hmac, ...rsa, ...ecdsa, 'EdDSA'],
    sign: (claims, alg, key) =>
      fastJwt.createSigner({ key: exported(key), algorithm: alg as fastJwt.Algorithm })(claims),
    verify: (token, alg, key): unknown =>
      fastJwt.createVerifier({
        key: exported(key),
        algorithms: [alg as fastJwt.Algorithm],
        allowedIss: 'i',
        allowedAud: 'a',
      })(token),
  },
}

/** fast-jwt takes no KeyObject. */
function exported(key: KeyObject): string | Buffer {
  if (key.type === 'secret') return key.export()
  const type = key.type === 'private' ? 'pkcs8' : 'spki'
  return key.export({ format: 'pem', type })
}

function keysFor(alg: Algorithm): { signing: KeyObject; verifying: KeyObject } {
  if (hmac.some((name) => name === alg)) {
    const secret = createSecretKey(randomBytes(64))
    return { signing: secret, verifying: secret }
  }
  const pair = rawPair(alg)
  return { signing: pair.privateKey, verifying: pair.publicKey }
}

let exchanged = 0
afterAll(() => {
  expect(exchanged).toBe(14 + 12 + 13)
})

describe.each(Object.entries(peers))('%s', (_, peer) => {
  test.each(peer.algorithms)(
    '%s tokens of the other library verify here, and ours verify there',
    async (alg) => {
      const { signing, verifying } = keysFor(alg)
      const isSecret = signing.type === 'secret'
      const ourSigning = isSecret ? hmacKey(signing.export(), alg) : privateKey(signing, alg)
      const ourKey = isSecret ? ourSigning : publicKey(verifying, alg)

      const sign = createSigner({ key: ourSigning, issuer: 'i', audience: 'a', expiresIn: '5m' })
      const claims = { sub: 'Zoë 漢字 😀', n: 1.5, list: [1, { deep: true }], none: null }
      expect(await peer.verify(await sign(claims), alg, verifying)).toMatchObject(claims)

      const verify = createVerifier({ keys: ourKey, algorithms: [alg], issuer: 'i', audience: 'a' })
      const exp = Math.floor(Date.now() / 1000) + 300
      const theirs = await peer.sign({ ...claims, iss: 'i', aud: ['a', 'b'], exp }, alg, signing)
      expect((await verify(theirs)).claims).toMatchObject(claims)
      exchanged++
    },
  )
})

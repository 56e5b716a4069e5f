import { randomBytes } from 'node:crypto'
import { hmacKey } from '../../src/key/index.js'
import {
  type Claims,
  createSigner,
  createVerifier,
  type VerifiedToken,
} from '../../src/token/index.js'

export const issuer = 'https://auth.example'

const key = hmacKey(randomBytes(32), 'HS256')

/** A token with these claims, signed and verified; a claim of `undefined` is omitted. */
export async function verifiedToken(claims: Claims, now: () => number): Promise<VerifiedToken> {
  const sign = createSigner({
    key,
    issuer,
    audience: null,
    expiresIn: '15m',
    now,
    replaceable: ['iss', 'aud', 'iat', 'exp', 'jti'],
  })
  const verify = createVerifier({
    keys: key,
    algorithms: ['HS256'],
    issuer: null,
    audience: null,
    expiry: 'optional',
    now,
  })
  return verify(await sign(claims))
}

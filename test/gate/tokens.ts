import { randomBytes } from 'node:crypto'
import { hmacKey } from '../../src/key/index.js'
import {
  type Claims,
  createSigner,
  createVerifier,
  type VerifiedToken,
} from '../../src/token/index.js'

const shared = { issuer: 'https://issuer.example', audience: 'api' }
const key = hmacKey(randomBytes(32), 'HS256')

export const sign = createSigner({
  ...{ key, ...shared, expiresIn: '15m' },
  replaceable: ['aud', 'iat', 'exp', 'jti'],
})
const policy = { keys: key, algorithms: ['HS256'], ...shared } as const
export const verify = createVerifier(policy)

/** A verifier of the same tokens whose schema makes other claims of them. */
export const verifierOf = <C>(claims: (payload: Claims) => C) =>
  createVerifier({ ...policy, claims })

/** A verified token with these claims; there is no other way to come by one. */
export async function verified(claims: Claims = {}): Promise<VerifiedToken> {
  return verify(await sign({ sub: 'alice', ...claims }))
}

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { AuthError } from '../../../src/foundation/errors.js'
import { privateKey, type Algorithm } from '../../../src/key/index.js'
import { createVerifier, signCompact, type KeySource } from '../../../src/token/index.js'
import { jwkOf } from '../../key/pairs.js'
import { issuer } from './setup.js'

export const algorithms = ['RS256', 'PS256', 'ES256', 'ES384'] as const
export const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
export const ec = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve })

/** An entry of a set; a member that is undefined is left out. */
export const jwk = (key: KeyObject, members: object = {}): object => ({
  ...jwkOf(key),
  use: 'sig',
  ...members,
})

export const claims = () => {
  const now = Math.floor(Date.now() / 1000)
  return Buffer.from(JSON.stringify({ iss: issuer, aud: 'api', sub: 'u', exp: now + 600 }))
}

export const tokenOf = (key: KeyObject, alg: Algorithm, kid: string) =>
  signCompact(claims(), privateKey(key, alg), { kid })

export const verifierOf = (keys: KeySource, accepted: readonly Algorithm[] = algorithms) =>
  createVerifier({ keys, algorithms: accepted, issuer, audience: 'api' })

/** What a verifier says to a token: `accepted` or the code. */
export async function answer(
  verify: (token: string) => Promise<unknown>,
  token: string,
): Promise<string> {
  try {
    await verify(token)
    return 'accepted'
  } catch (error) {
    return error instanceof AuthError ? error.code : String(error)
  }
}

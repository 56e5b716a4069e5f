import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Algorithm } from '../../../src/key/index.js'
import { jwkOf } from '../../key/pairs.js'

/** A provider's key set and token in their public form, made by hand, and what a verifier says to the token. */
export interface Form {
  readonly provider: string
  /** What is particular about the set, and about the token. */
  readonly set: string
  readonly token: string
  readonly keys: object
  readonly type?: string
  readonly sign: { readonly alg: Algorithm | 'none'; readonly key: KeyObject; readonly kid: string }
  readonly header?: object
  readonly claims: object
  readonly expect: { readonly issuer: string; readonly audience: string | null }
  /** By default the token's own. */
  readonly algorithms?: readonly Algorithm[]
  /** Changes the compact token. */
  readonly bend?: (token: string) => string
  readonly result: string
}

const pair = (kind: 'rsa' | 'P-256' | 'P-384' | 'ed25519') => {
  if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  if (kind === 'ed25519') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('ec', { namedCurve: kind })
}
export const [rsa, next, enc] = [pair('rsa'), pair('rsa'), pair('rsa')]
export const [p256, p384, ed] = [pair('P-256'), pair('P-384'), pair('ed25519')]

export const bare = (key: { publicKey: KeyObject }, kid: string) => ({
  ...jwkOf(key.publicKey),
  kid,
})
export const sig = (key: { publicKey: KeyObject }, kid: string, alg = 'RS256') => ({
  ...bare(key, kid),
  use: 'sig',
  alg,
})
export const thumb = (kid: string) => createHash('sha1').update(kid).digest('base64url')
export const cert = (jwk: object, kid: string) => ({ ...jwk, x5c: ['MIIC'], x5t: thumb(kid) })
export const cut = (jwk: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)))
export const two = (kid: string) => ({ keys: [sig(rsa, kid), sig(next, `${kid}-next`)] })

export const RS256 = (kid: string, key = rsa) =>
  ({ alg: 'RS256', key: key.privateKey, kid }) as const
export const ES256 = (kid: string) => ({ alg: 'ES256', key: p256.privateKey, kid }) as const

/** The most usual form: two RSA keys with `use` and `alg`. Rows say what differs. */
export function usual(
  provider: string,
  token: string,
  rest: Partial<Form> & Pick<Form, 'claims'>,
): Form {
  const { iss, aud } = rest.claims as { iss: string; aud?: string | readonly string[] } // as each row has them
  const audience = aud === undefined ? null : typeof aud === 'string' ? aud : (aud[0] ?? null)
  return {
    ...{ provider, token, set: 'RSA, `use` and `alg`, two keys', keys: two('k1') },
    ...{ sign: RS256('k1'), header: { typ: 'JWT' }, expect: { issuer: iss, audience } },
    result: 'accepted',
    ...rest,
  }
}

export const auth0 = {
  set: 'RSA with `x5c` and `x5t`',
  keys: { keys: [cert(sig(rsa, 'a1'), 'a1'), cert(sig(next, 'a2'), 'a2')] },
  sign: RS256('a1'),
}

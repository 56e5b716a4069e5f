import { randomBytes, type KeyObject } from 'node:crypto'
import { ConfigError } from '../foundation/errors.js'
import { type OptionTable, unchecked } from '../foundation/options.js'
import { isJwk } from './jwk.js'
import { thumbprint } from './thumbprint.js'

/** Options of every key beside its material. */
export interface KeyOptions {
  /**
   * Key id (RFC 7515 section 4.1.4), at most 256 characters. Default: the `kid` of the JWK, else the RFC 7638
   * thumbprint; HMAC: a random one.
   */
  readonly kid?: string
}

/** Options of `publicKey` and `privateKey`. */
export const keyTable = {
  kid: unchecked<string>('text of 1 to 256 characters'),
} satisfies OptionTable<keyof KeyOptions>

/** The name of a key (RFC 7515 section 4.1.4), and whether others know it. */
export interface KeyName {
  readonly kid: string
  readonly hasPublicKid: boolean
}

/**
 * Names a key: by the given `kid`, else by its RFC 7638 thumbprint. A secret without a `kid` gets a random one, because
 * a thumbprint would give the secret away.
 *
 * @throws ConfigError when the `kid` is not text of 1 to 256 characters
 * @example nameKey(material, undefined).kid // the thumbprint
 */
export function nameKey(material: KeyObject, kid: string | undefined): KeyName {
  const given = checkKid(kid)
  if (given !== undefined) return { kid: given, hasPublicKid: true }
  if (material.type === 'secret')
    return { kid: randomBytes(16).toString('base64url'), hasPublicKid: false }
  return { kid: thumbprint(material), hasPublicKid: true }
}

/**
 * The `kid` that a JWK brings along; undefined for every other kind of input.
 *
 * @throws ConfigError when the `kid` is not text of 1 to 256 characters
 * @example kidOf({ kty: 'EC', kid: '2026-11' }) // '2026-11'
 */
export function kidOf(input: unknown): string | undefined {
  return isJwk(input) ? checkKid(input['kid']) : undefined
}

function checkKid(kid: unknown): string | undefined {
  if (kid === undefined) return undefined
  if (typeof kid !== 'string' || kid.length === 0 || kid.length > 256)
    throw new ConfigError('kid', 'must be text of 1 to 256 characters')
  return kid
}

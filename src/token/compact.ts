import { encodeBase64url } from '../encoding/base64url.js'
import { AuthError, ConfigError } from '../foundation/errors.js'
import { encodeHeader, readHeader } from './encode-header.js'
import { checkHeader, jwsHeaderChecks } from './header.js'
import { Key } from '../key/key.js'
import { signSigningInput } from '../key/signature/sign.js'
import { checkLength, checkSignature, decodeHeader, decodeSegment, splitCompact } from './jws.js'
import { lengthCeiling, type JoseHeader } from './token.js'

/** A verified JWS. Its payload can be any bytes, not only claims. */
export interface VerifiedCompact {
  readonly header: JoseHeader
  readonly payload: Uint8Array
}

/**
 * Signs bytes as a compact JWS (RFC 7515 section 7.1): the layer below claims.
 *
 * @throws ConfigError when the key cannot sign or the header has a member that `verifyCompact` refuses; TypeError when the
 * result would be longer than 16384 characters
 * @example const jws = await signCompact(Buffer.from('any bytes'), key, { typ: 'receipt' })
 */
export async function signCompact(
  payload: Uint8Array,
  key: Key,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  if (!(key instanceof Key) || !Key.powers(key).maySign)
    throw new ConfigError('signCompact.key', 'cannot sign')
  if ('alg' in header) throw new ConfigError('signCompact.header.alg', 'is set by the key')
  const members = readHeader(header, 'signCompact.header')
  const signingInput = `${encodeHeader(key, members)}.${encodeBase64url(payload)}`
  const jws = `${signingInput}.${await signSigningInput(key, signingInput)}`
  if (jws.length <= lengthCeiling) return jws
  throw new TypeError(`signCompact makes at most ${String(lengthCeiling)} characters`)
}

/**
 * Verifies a compact JWS with one key, or with the one of several that its `kid` and `alg` name.
 *
 * Not for: access tokens. It checks no claim, no expiry and no `typ`; use `createVerifier`.
 *
 * @throws AuthError TOKEN_MALFORMED, TOKEN_TOO_LARGE, TOKEN_JSON, HEADER_REFUSED, ALGORITHM_REFUSED, KEY_UNKNOWN,
 * SIGNATURE_INVALID
 * @example const { payload } = verifyCompact(jws, key)
 */
export function verifyCompact(jws: string, keys: Key | readonly Key[]): VerifiedCompact {
  const candidates = readKeys(keys)
  checkLength(jws, lengthCeiling)
  const parts = splitCompact(jws)
  const algorithms = new Set(candidates.map((key) => key.alg))
  const header = checkHeader(
    decodeHeader(parts.header),
    { algorithms, typ: undefined },
    jwsHeaderChecks,
  )
  const key =
    candidates.length === 1
      ? candidates[0]
      : candidates.find((each) => each.kid === header.kid && each.alg === header.alg)
  if (key?.alg !== header.alg) throw new AuthError('KEY_UNKNOWN')
  checkSignature(parts, key)
  return { header, payload: decodeSegment(parts.payload) }
}

function readKeys(keys: unknown): readonly Key[] {
  const list: unknown[] = Array.isArray(keys) ? keys : [keys]
  if (list.length === 0)
    throw new ConfigError('verifyCompact.keys', 'is empty; pass at least one key')
  return list.map((key) => {
    if (!(key instanceof Key))
      throw new ConfigError('verifyCompact.keys', 'must be a key or an array of keys')
    if (key.kind === 'private')
      throw new ConfigError('verifyCompact.keys', 'holds a private key; pass its public half')
    return key
  })
}

import { encodeBase64url } from '../encoding/base64url.js'
import { ConfigError } from '../foundation/errors.js'
import type { Key } from '../key/key.js'
import { keyHints, longestKid, refusedMembers } from './header.js'
import { makeSignable } from './json/signable.js'
import { headerDepth } from './token.js'

/**
 * Reads header members that a caller gives: plain data, without a member that every verifier refuses.
 *
 * @throws ConfigError naming the member, never its value
 * @example readHeader({ x: 1 }, 'createSigner.header') // { x: 1 }
 */
export function readHeader(given: unknown, option: string): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ConfigError(option, 'must be an object of header members')
  const refused = [...refusedMembers, '__proto__'].find((name) => Object.hasOwn(given, name))
  if (refused !== undefined)
    throw new ConfigError(`${option}.${refused}`, 'is refused by every verifier')
  const hint = keyHints.find((name) => Object.hasOwn(given, name))
  if (hint !== undefined)
    throw new ConfigError(`${option}.${hint}`, 'names a key; verifiers take keys from no token')
  const header: Record<string, unknown> = { ...given }
  try {
    makeSignable(header, given, { maxDepth: headerDepth, what: 'header member' })
  } catch (error) {
    throw new ConfigError(option, error instanceof TypeError ? error.message : 'cannot be read')
  }
  const mistyped = ['typ', 'kid', 'cty'].find(
    (name) => header[name] !== undefined && typeof header[name] !== 'string',
  )
  if (mistyped !== undefined) throw new ConfigError(`${option}.${mistyped}`, 'must be text')
  const { kid } = header
  if (typeof kid === 'string' && kid.length > longestKid)
    throw new ConfigError(`${option}.kid`, `must be at most ${String(longestKid)} characters`)
  return header
}

/**
 * The encoded header of what a key signs: `alg`, its `kid` if others know it, and these members.
 *
 * @example encodeHeader(key, { typ: 'JWT' }) // 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'
 */
export function encodeHeader(key: Key, members: Readonly<Record<string, unknown>>): string {
  const header: Record<string, unknown> = { alg: key.alg }
  if (key.hasPublicKid) header['kid'] = key.kid
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) header[name] = value // undefined never removes
  }
  return encodeBase64url(JSON.stringify(header))
}

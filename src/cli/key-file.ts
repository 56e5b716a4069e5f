import type { JsonWebKey } from '../key/index.js'
import { badUsage } from './command-error.js'
import type { Io } from './io.js'
import { parseJson, readText } from './read-input.js'

/** A shared secret as a JWK (RFC 7518 section 6.4). */
export type SecretJwk = JsonWebKey & { readonly kty: 'oct' }

/** One key of a file: PEM text, or a JWK (RFC 7517). */
export type KeyMaterial = string | JsonWebKey

/**
 * Reads the keys of a file in any of three formats: PEM, a JWK, or a JWK set. `place` names it in messages.
 *
 * @throws CommandError with exit code 2
 * @example const [key] = await readKeyFile('private.pem', io, '--key')
 */
export async function readKeyFile(
  path: string,
  io: Io,
  place: string,
): Promise<readonly KeyMaterial[]> {
  const text = await readText(path, io, place)
  if (text.includes('-----BEGIN ')) return [text]
  if (!/^\s*\{/.test(text)) throw badUsage(`${place}: is neither PEM, nor a JWK, nor a JWK set`)
  return jwksOf(parseJson(text, place), place)
}

/**
 * The keys of a JWK set, or a single JWK.
 *
 * @throws CommandError with exit code 2
 */
export function jwksOf(json: unknown, place: string): readonly JsonWebKey[] {
  if (isJwk(json)) return [json]
  const keys: unknown =
    typeof json === 'object' && json !== null && 'keys' in json ? json.keys : null
  if (!Array.isArray(keys)) throw badUsage(`${place}: is neither a JWK nor a JWK set`)
  if (!keys.every(isJwk)) throw badUsage(`${place}: has a member of "keys" that is not a JWK`)
  if (keys.length === 0) throw badUsage(`${place}: is a JWK set without keys`)
  return keys
}

/**
 * The selected key: the only one, or the one that `--kid` names. A PEM key has no `kid`, so any `kid` selects it.
 *
 * @throws CommandError with exit code 2
 */
export function pickKey(
  materials: readonly KeyMaterial[],
  kid: string | undefined,
  place: string,
): KeyMaterial {
  const [only] = materials
  if (only !== undefined && materials.length === 1 && (kid === undefined || kidOf(only) === ''))
    return only
  if (kid === undefined)
    throw badUsage(`${place}: holds ${String(materials.length)} keys; choose one with --kid`)
  const [found, another] = materials.filter((material) => kidOf(material) === kid)
  if (found === undefined) throw badUsage(`${place}: holds no key with that --kid`)
  if (another !== undefined) throw badUsage(`${place}: holds several keys with that --kid`)
  return found
}

/** Whether it is a shared secret. */
export function isSecret(material: KeyMaterial): material is SecretJwk {
  return typeof material !== 'string' && material.kty === 'oct'
}

/** Whether it can sign and must not be printed: a private key or a shared secret. */
export function isConfidential(material: KeyMaterial): boolean {
  if (typeof material === 'string') return material.includes('PRIVATE KEY-----')
  // A member that is null is absent, as some libraries write it.
  return ['d', 'k', 'priv'].some((name) => (material[name] ?? null) !== null)
}

function kidOf(material: KeyMaterial): string {
  const kid: unknown = typeof material === 'string' ? undefined : material['kid']
  return typeof kid === 'string' ? kid : ''
}

function isJwk(value: unknown): value is JsonWebKey {
  return (
    typeof value === 'object' && value !== null && 'kty' in value && typeof value.kty === 'string'
  )
}

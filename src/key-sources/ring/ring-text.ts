import { ConfigError } from '../../foundation/errors.js'
import { isAlgorithm } from '../../key/algorithms.js'
import { isJwk } from '../../key/jwk.js'
import type { RingKey, RingState } from './ring-state.js'

/** Writes a ring as the text that is sealed and stored. */
export function writeRing(ring: RingState): string {
  return JSON.stringify(ring)
}

/**
 * Reads the text of {@link writeRing}. It was authenticated, so an unknown format comes from another release. Members
 * that this release does not know belong to the next one: they stay in the ring and are written back.
 *
 * @throws ConfigError
 */
export function readRing(text: string): RingState {
  const value = parse(text)
  const keys = isRecord(value) ? value['keys'] : undefined
  if (!isRecord(value) || !Array.isArray(keys) || !keys.every(isRingKey))
    throw new ConfigError(
      'createKeyRing.store',
      'holds a key ring that this release cannot read: start the release that wrote it, or the release before it',
    )
  return { ...value, keys }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // JSON in an unknown form counts as written by an unknown release.
    return undefined
  }
}

function isRingKey(value: unknown): value is RingKey {
  if (!isRecord(value)) return false
  const { kid, alg, publicJwk, privateJwk, createdAt, activeFrom, activeUntil } = value
  return (
    typeof kid === 'string' &&
    isAlgorithm(alg) &&
    isJwk(publicJwk) &&
    (privateJwk === undefined || isJwk(privateJwk)) &&
    typeof createdAt === 'number' &&
    [activeFrom, activeUntil].every((time) => time === null || typeof time === 'number')
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

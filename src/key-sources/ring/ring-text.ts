import { isAlgorithm } from '../../key/algorithms.js'
import { isJwk } from '../../key/jwk.js'
import type { RingKey, RingState } from './ring-state.js'

/** A ring as the text that is sealed and stored. */
export function writeRing(ring: RingState): string {
  return JSON.stringify(ring)
}

/**
 * Reads what {@link writeRing} wrote. It was authenticated, so what does not fit was written by another version.
 *
 * @throws TypeError
 */
export function readRing(text: string): RingState {
  const value: unknown = JSON.parse(text)
  const keys = isRecord(value) ? value['keys'] : undefined
  if (!Array.isArray(keys) || !keys.every(isRingKey))
    throw new TypeError('the stored key ring is of another version')
  return { keys }
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

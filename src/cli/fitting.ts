import { createPublicKey, type KeyObject } from 'node:crypto'
import {
  type Algorithm,
  algorithmNames,
  algorithmRow,
  type AlgorithmRow,
  isAlgorithm,
} from '../key/index.js'
import { badUsage } from './command-error.js'
import { isSecret, type KeyMaterial } from './key-file.js'
import { nearestName } from '../foundation/names.js'

/**
 * An algorithm by its name.
 *
 * @throws CommandError with exit code 2
 * @example toAlgorithm('ES256')
 */
export function toAlgorithm(name: string): Algorithm {
  if (isAlgorithm(name)) return name
  const near = nearestName(name, algorithmNames)
  const hint = near === undefined ? algorithmNames.join(', ') : `did you mean ${near}?`
  throw badUsage(`--alg: is not an algorithm of this runtime; ${hint}`)
}

/** Whether an algorithm's key is a shared secret. */
export function takesSecret(alg: Algorithm): boolean {
  return algorithmRow(alg).kind === 'hmac'
}

/**
 * The algorithm of a key: the one that its JWK names, or the only one that fits. If two fit, none is chosen.
 *
 * @throws CommandError with exit code 2
 */
export function algorithmOf(material: KeyMaterial, place: string): Algorithm {
  const named: unknown = typeof material === 'string' ? undefined : material['alg']
  if (isAlgorithm(named)) return named
  if (named !== undefined)
    throw badUsage(`${place}: names an algorithm that this runtime does not support`)
  const [only, ...others] = fittingAlgorithms(material)
  if (only === undefined) throw badUsage(`${place}: is not a key that this runtime can use`)
  if (others.length === 0) return only
  throw badUsage(`${place}: fits ${[only, ...others].join(', ')}; choose one with --alg`)
}

/** The algorithms of this runtime that fit a key's type and curve. */
function fittingAlgorithms(material: KeyMaterial): readonly Algorithm[] {
  const key = isSecret(material) ? 'secret' : publicHalf(material)
  return algorithmNames.filter((alg) => key !== undefined && fits(key, algorithmRow(alg)))
}

function fits(key: KeyObject | 'secret', row: AlgorithmRow): boolean {
  if (key === 'secret') return row.kind === 'hmac'
  const type = String(key.asymmetricKeyType) // newer runtimes have types that are missing in the definitions
  if (row.kind === 'ec') return key.asymmetricKeyDetails?.namedCurve === row.curve
  if (row.kind === 'plain') return type === row.keyType
  return row.kind !== 'hmac' && type === 'rsa'
}

function publicHalf(material: KeyMaterial): KeyObject | undefined {
  try {
    return typeof material === 'string'
      ? createPublicKey(material)
      : createPublicKey({ key: material, format: 'jwk' })
  } catch {
    return undefined // fits no algorithm, which the caller refuses
  }
}

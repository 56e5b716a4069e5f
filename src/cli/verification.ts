import { ConfigError } from '../foundation/errors.js'
import type { Algorithm, Key } from '../key/index.js'
import { type KeyFinder, type KeySource, type Verifier, createVerifier } from '../token/index.js'
import { localJwks } from '../key-sources/index.js'
import type { Arguments } from './arguments.js'
import { badUsage, keysUnavailable, problemOf } from './command-error.js'
import type { OptionSpecs } from './option-spec.js'
import { readSeconds } from './seconds.js'
import { fetchJwks, isUrl } from './fetch-jwks.js'
import { toAlgorithm } from './fitting.js'
import type { Io } from './io.js'
import { isConfidential, jwksOf, pickKey, readKeyFile } from './key-file.js'
import { checkingKey } from './load-key.js'

/** Options of `verify` and `explain`: which tokens are accepted. */
export const verificationOptions = {
  key: { kind: 'text', value: 'FILE', help: 'PEM, JWK or JWK set; "-" is stdin' },
  jwks: { kind: 'text', value: 'FILE|URL', help: 'a public JWK set, fetched once when a URL' },
  kid: { kind: 'text', value: 'KID', help: 'which key of --key' },
  alg: { kind: 'texts', value: 'ALG', help: 'the algorithm to accept; with --jwks repeatable' },
  issuer: { kind: 'texts', value: 'ISS', help: 'the iss to accept; repeatable' },
  'any-issuer': { kind: 'flag', help: 'leave iss unchecked' },
  audience: { kind: 'texts', value: 'AUD', help: 'the aud to accept; repeatable' },
  'any-audience': { kind: 'flag', help: 'leave aud unchecked' },
  typ: { kind: 'text', value: 'TYP', help: 'exactly this typ (default: JWT, at+jwt or none)' },
  'clock-tolerance': { kind: 'text', value: '60s', help: 'how far clocks may differ' },
  'max-age': { kind: 'text', value: '12h', help: 'refuse tokens issued longer ago' },
} as const satisfies OptionSpecs

/**
 * Creates the verifier that the options describe. Issuer and audience must be given or waived by name, so that neither
 * is silently unchecked.
 *
 * @throws CommandError, ConfigError
 */
export async function verifierOf(given: Arguments, io: Io): Promise<Verifier> {
  const issuer = namesOf(given, 'issuer')
  const audience = namesOf(given, 'audience')
  const algorithms = given.texts('alg').map(toAlgorithm)
  if (algorithms.length === 0) throw badUsage('--alg: is required')
  const keys = await verificationKeys(given, algorithms, io)
  const [tolerance, age, typ] = [
    given.text('clock-tolerance'),
    given.text('max-age'),
    given.text('typ'),
  ]
  return createVerifier({
    keys,
    algorithms,
    issuer,
    audience,
    now: io.now,
    ...(typ === undefined ? {} : { typ }),
    ...(tolerance === undefined
      ? {}
      : { clockTolerance: readSeconds(tolerance, '--clock-tolerance') }),
    ...(age === undefined ? {} : { maxTokenAge: readSeconds(age, '--max-age') }),
  })
}

function namesOf(given: Arguments, name: 'issuer' | 'audience'): readonly string[] | null {
  const names = given.texts(name)
  const any = given.flag(`any-${name}`)
  if (any && names.length > 0) throw badUsage(`--${name} and --any-${name} exclude each other`)
  if (any) return null
  if (names.length === 0)
    throw badUsage(`--${name}: is required; --any-${name} leaves it unchecked`)
  return names
}

async function verificationKeys(
  given: Arguments,
  algorithms: readonly Algorithm[],
  io: Io,
): Promise<KeySource> {
  const [file, set] = [given.text('key'), given.text('jwks')]
  if ((file === undefined) === (set === undefined)) throw badUsage('give one of --key and --jwks')
  if (file !== undefined) return keyOf(file, { given, algorithms, io })
  if (given.text('kid') !== undefined) throw badUsage('--kid: is only for --key; a set has its own')
  return setOf(set ?? '', algorithms, io)
}

async function keyOf(
  file: string,
  { given, algorithms, io }: { given: Arguments; algorithms: readonly Algorithm[]; io: Io },
): Promise<Key> {
  const [alg, ...others] = algorithms
  if (alg === undefined || others.length > 0)
    throw badUsage('--alg: give it once; one key has one algorithm')
  const place = '--key'
  const kid = given.text('kid')
  const material = pickKey(await readKeyFile(file, io, place), kid, place)
  return checkingKey(material, { alg, kid, place })
}

async function setOf(place: string, algorithms: readonly Algorithm[], io: Io): Promise<KeyFinder> {
  const refuse = isUrl(place) ? keysUnavailable : badUsage
  const keys = isUrl(place)
    ? jwksOf(await fetchJwks(place, io), '--jwks')
    : await readKeyFile(place, io, '--jwks')
  if (keys.some(isConfidential))
    throw refuse('--jwks: contains private or secret keys; a published set never does')
  if (!keys.every((key) => typeof key !== 'string'))
    throw badUsage('--jwks: contains PEM; pass it with --key')
  try {
    return localJwks({ keys }, { algorithms })
  } catch (error) {
    if (error instanceof ConfigError) throw refuse(`--jwks: ${problemOf(error)}`)
    throw error
  }
}

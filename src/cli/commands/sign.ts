import { type Claims, createSigner } from '../../token/index.js'
import type { Arguments } from '../arguments.js'
import { badUsage } from '../command-error.js'
import type { Answer, Command } from '../command.js'
import { algorithmOf, toAlgorithm } from '../fitting.js'
import type { Io } from '../io.js'
import { pickKey, readKeyFile } from '../key-file.js'
import { signingKey } from '../load-key.js'
import { parseJson, readText } from '../read-input.js'
import { readSeconds } from '../seconds.js'

/** Signs one set of claims; adds `iat`, `exp` and `jti` if they are missing. */
export const sign: Command = {
  name: 'sign',
  summary: 'sign a token',
  usage: '--key FILE --claims JSON|@FILE|- [options]',
  options: {
    key: { kind: 'text', value: 'FILE', help: 'private PEM, JWK, JWK set; "-" is stdin' },
    kid: { kind: 'text', value: 'KID', help: 'which key of a set; names a PEM key' },
    alg: { kind: 'text', value: 'ALG', help: 'needed if the key fits several and names none' },
    claims: { kind: 'text', value: 'JSON|@FILE|-', help: 'one JSON object' },
    issuer: { kind: 'text', value: 'ISS', help: 'sets iss' },
    audience: { kind: 'texts', value: 'AUD', help: 'sets aud; repeatable' },
    typ: { kind: 'text', value: 'TYP', help: 'header typ (default JWT)' },
    'expires-in': { kind: 'text', value: '15m', help: 'life of the token (default 15m)' },
  },
  operands: [0, 0],
  examples: [
    `jotgate sign --key private.pem --claims '{"sub":"user-1"}' --issuer https://auth.example --audience api`,
    'jotgate sign --key keys.json --kid 2027-01 --claims @claims.json --expires-in 1h',
  ],
  run: runSign,
}

async function runSign(given: Arguments, io: Io): Promise<Answer> {
  const place = '--key'
  const [file, source] = [given.required('key'), given.required('claims')]
  if (file === '-' && source === '-') throw badUsage('--key and --claims cannot both be stdin')
  const kid = given.text('kid')
  const material = pickKey(await readKeyFile(file, io, place), kid, place)
  const named = given.text('alg')
  const alg = named === undefined ? algorithmOf(material, place) : toAlgorithm(named)
  const claims = await readClaims(source, io)
  refuseTwice(given, claims)
  const audience = given.texts('audience')
  const [only] = audience
  const typ = given.text('typ')
  const signer = createSigner({
    key: signingKey(material, { alg, kid, place }),
    issuer: given.text('issuer') ?? null,
    audience: only === undefined ? null : audience.length === 1 ? only : audience,
    expiresIn: readSeconds(given.text('expires-in') ?? '15m', '--expires-in'),
    now: io.now,
    replaceable: ['iat', 'exp', 'jti'],
    maxLength: 16_384,
    ...(typ === undefined ? {} : { typ }),
  })
  const token = await signer(claims).catch(notSignable)
  return { text: token, json: { ok: true, token } }
}

async function readClaims(source: string, io: Io): Promise<Claims> {
  const isText = source !== '-' && !source.startsWith('@')
  const text = isText ? source : await readText(source.replace(/^@/, ''), io, '--claims')
  const claims = parseJson(text, '--claims')
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
    throw badUsage('--claims: must be one JSON object')
  return claims as Claims // a signer may write any claims; a verifier checks their types
}

/** `exp` of the claims replaces the signer's, so an option for the same claim would silently have no effect. */
function refuseTwice(given: Arguments, claims: Claims): void {
  const pairs = [
    ['issuer', 'iss'],
    ['audience', 'aud'],
    ['expires-in', 'exp'],
  ] as const
  const twice = pairs.find(([option, claim]) => given.flag(option) && Object.hasOwn(claims, claim))
  if (twice) throw badUsage(`--${twice[0]}: ${twice[1]} is also in --claims; give it once`)
}

function notSignable(error: unknown): never {
  // The message names the claim and not its value.
  if (error instanceof TypeError) throw badUsage(`--claims: ${error.message}`)
  throw error
}

import { type Key, publicJwk } from '../../key/index.js'
import type { Arguments } from '../arguments.js'
import { badUsage } from '../command-error.js'
import type { Answer, Command } from '../command.js'
import { algorithmOf, toAlgorithm } from '../fitting.js'
import type { Io } from '../io.js'
import { isSecret, readKeyFile, type KeyMaterial } from '../key-file.js'
import { checkingKey } from '../load-key.js'

/** Prints the public JWK set of keys, for `/.well-known/jwks.json` (RFC 7517 section 5). */
export const jwks: Command = {
  name: 'jwks',
  summary: 'print the public JWK set of keys, private or public',
  usage: '[--alg ALG] FILE…',
  options: {
    alg: {
      kind: 'text',
      value: 'ALG',
      help: 'for keys that fit several and name none: RSA, Ed25519',
    },
  },
  operands: [1, 100],
  notes: ['Takes PEM, JWK and JWK set files, "-" for stdin. Secrets (oct) are refused.'],
  examples: [
    'jotgate jwks private.pem > jwks.json',
    'jotgate jwks --alg RS256 current.pem previous.pem',
  ],
  run: runJwks,
}

async function runJwks(given: Arguments, io: Io): Promise<Answer> {
  const named = given.text('alg')
  const keys: Key[] = []
  for (const [index, path] of given.operands.entries()) {
    const place = `file ${String(index + 1)}`
    const materials = await readKeyFile(path, io, place)
    keys.push(...materials.map((material) => toKey(material, named, place)))
  }
  const kids = new Set(keys.map(({ kid }) => kid))
  if (kids.size < keys.length) throw badUsage('two of the keys have the same kid')
  const set = { keys: keys.map(publicJwk) }
  return { text: JSON.stringify(set, null, 2), json: set }
}

function toKey(material: KeyMaterial, named: string | undefined, place: string): Key {
  if (isSecret(material)) throw badUsage(`${place}: holds a secret, which is never published`)
  const own = typeof material !== 'string' && material['alg'] !== undefined
  const alg = named === undefined || own ? algorithmOf(material, place) : toAlgorithm(named)
  return checkingKey(material, { alg, place })
}

import { join } from 'node:path'
import { publicJwk } from '../../key/index.js'
import type { Arguments } from '../arguments.js'
import { badUsage } from '../command-error.js'
import type { Answer, Command } from '../command.js'
import { takesSecret, toAlgorithm } from '../fitting.js'
import { generateKey, type NewKey } from '../generate-key.js'
import type { Io } from '../io.js'

/** Makes a key and writes it to files, or to the terminal with `--stdout`. */
export const keygen: Command = {
  name: 'keygen',
  summary: 'make a signing key, and the public JWK set to publish',
  usage: '--alg ALG [--kid KID] [--out DIR | --stdout]',
  options: {
    alg: { kind: 'text', value: 'ALG', help: 'ES256, EdDSA, RS256, HS256 …' },
    kid: { kind: 'text', value: 'KID', help: 'key id (default: RFC 7638 thumbprint)' },
    bits: { kind: 'text', value: 'N', help: 'RSA modulus, 2048 to 8192 (default 2048)' },
    out: { kind: 'text', value: 'DIR', help: 'where to write (default: the current folder)' },
    stdout: { kind: 'flag', help: 'print the private key instead of writing files' },
  },
  operands: [0, 0],
  notes: [
    'A key pair becomes private-KID.pem (PKCS#8) and jwks-KID.json; a secret becomes secret-KID.json.',
    'Only their owner can read the files (0600), and none is overwritten. A PEM file has no kid: if you',
    'choose one, give it again to sign.',
  ],
  examples: [
    'jotgate keygen --alg ES256 --out keys',
    'jotgate keygen --alg RS256 --bits 3072 --kid 2027-01',
    'jotgate keygen --alg HS256 --stdout > secret.json',
  ],
  run: runKeygen,
}

async function runKeygen(given: Arguments, io: Io): Promise<Answer> {
  const alg = toAlgorithm(given.required('alg'))
  const out = given.text('out')
  if (given.flag('stdout') && out !== undefined)
    throw badUsage('--out and --stdout exclude each other')
  if (given.text('bits') !== undefined && !/^[RP]S/.test(alg))
    throw badUsage(
      `--bits: is for RSA; ${alg} ${takesSecret(alg) ? 'takes a secret' : 'has one size'}`,
    )
  const made = generateKey(alg, { kid: given.text('kid'), bits: readBits(given.text('bits')) })
  return given.flag('stdout') ? show(made) : write(made, out ?? '.', io)
}

function readBits(text = '2048'): number {
  const bits = /^\d{4}$/.test(text) ? Number(text) : 0
  if (bits >= 2048 && bits <= 8192 && bits % 8 === 0) return bits
  throw badUsage('--bits: must be a multiple of 8 from 2048 to 8192')
}

function show(made: NewKey): Answer {
  const { alg, kid } = made.key
  if (made.kind === 'secret')
    return { text: JSON.stringify(made.jwk), json: { ok: true, alg, kid, secret: made.jwk } }
  const jwks = { keys: [publicJwk(made.key)] }
  return { text: made.pem.trimEnd(), json: { ok: true, alg, kid, privateKey: made.pem, jwks } }
}

async function write(made: NewKey, folder: string, io: Io): Promise<Answer> {
  const { alg, kid } = made.key
  // A key id may contain characters that a file name may not.
  const name = kid.replace(/[^\w.-]/g, '_').slice(0, 100)
  if (made.kind === 'secret') {
    const secret = join(folder, `secret-${name}.json`)
    await writeNew(io, secret, `${JSON.stringify(made.jwk, null, 2)}\n`)
    return { text: secret, json: { ok: true, alg, kid, files: { secret } } }
  }
  const [key, jwks] = [join(folder, `private-${name}.pem`), join(folder, `jwks-${name}.json`)]
  await writeNew(io, key, made.pem)
  try {
    const set = { keys: [publicJwk(made.key)] }
    await writeNew(io, jwks, `${JSON.stringify(set, null, 2)}\n`)
  } catch (error) {
    await io.removeFile(key)
    throw error
  }
  return { text: `${key}\n${jwks}`, json: { ok: true, alg, kid, files: { privateKey: key, jwks } } }
}

async function writeNew(io: Io, path: string, text: string): Promise<void> {
  try {
    await io.writeNewFile(path, text)
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw badUsage(
      exists
        ? '--out: already has a file for that kid, which is not overwritten'
        : '--out: cannot be written to',
    )
  }
}

import type { Arguments } from '../arguments.js'
import type { Answer, Command } from '../command.js'
import type { Io } from '../io.js'
import { printable } from '../printable.js'
import { readToken } from '../read-input.js'
import { verificationOptions, verifierOf } from '../verification.js'

/** Verifies one token and prints its claims. */
export const verify: Command = {
  name: 'verify',
  summary: 'verify a token and print its claims',
  usage: '--key FILE|--jwks FILE|URL --alg ALG --issuer ISS --audience AUD TOKEN|-',
  options: verificationOptions,
  operands: [1, 1],
  notes: ['Other processes can see a token that is an argument; "-" reads it from stdin.'],
  examples: [
    'jotgate verify --jwks jwks.json --alg ES256 --issuer https://auth.example --audience api - < token.txt',
    'jotgate verify --key secret.json --alg HS256 --any-issuer --audience api -',
  ],
  run: runVerify,
}

async function runVerify(given: Arguments, io: Io): Promise<Answer> {
  const verifier = await verifierOf(given, io)
  const { header, claims } = await verifier(await readToken(given.operands[0], io))
  return {
    text: printable(JSON.stringify(claims, null, 2)),
    json: { ok: true, header, claims },
  }
}

import { errorTable } from '../../foundation/errors.js'
import type { Explanation } from '../../token/index.js'
import type { Arguments } from '../arguments.js'
import type { Answer, Command } from '../command.js'
import { explanationTree } from '../explanation-tree.js'
import type { Io } from '../io.js'
import { readToken } from '../read-input.js'
import { verificationOptions, verifierOf } from '../verification.js'

/** Verifies one token and prints every check, including those after a failed one. */
export const explain: Command = {
  name: 'explain',
  summary: 'verify a token and show every check with its verdict',
  usage: '--key FILE|--jwks FILE|URL --alg ALG --issuer ISS --audience AUD TOKEN|-',
  options: verificationOptions,
  operands: [1, 1],
  notes: [
    '✓ passed, ✗ failed, · not reached. Claims are shown as written in the token, even if it is refused.',
  ],
  examples: [
    'jotgate explain --jwks jwks.json --alg ES256 --issuer https://auth.example --audience api - < token.txt',
  ],
  run: runExplain,
}

async function runExplain(given: Arguments, io: Io): Promise<Answer> {
  const verifier = await verifierOf(given, io)
  const explanation = await verifier.explain(await readToken(given.operands[0], io))
  const text = explanationTree(explanation, { color: io.color, now: io.now() })
  const refusal = refusalOf(explanation)
  return { text, json: explanation, ...(refusal === undefined ? {} : { refusal }) }
}

/** The line with which `verify` would end. */
function refusalOf({ ok, code, checks }: Explanation): string | undefined {
  if (ok) return undefined
  if (code === undefined) return 'the token was not checked completely'
  const claim = checks.find(({ verdict }) => verdict === 'fail')?.claim
  const { message } = errorTable[code]
  return `${code}: ${message}${claim === undefined ? '' : `: "${claim}"`}`
}

import { decodeToken } from '../../token/index.js'
import type { Arguments } from '../arguments.js'
import type { Answer, Command } from '../command.js'
import type { Io } from '../io.js'
import { describeMoment } from '../moment.js'
import { printable } from '../printable.js'
import { readToken } from '../read-input.js'

const warning = 'UNVERIFIED: anyone can have written this; no signature or claim has been checked.'

/** Prints the content of a token, with a warning that it is unverified. */
export const inspect: Command = {
  name: 'inspect',
  summary: 'decode a token without verifying it',
  usage: 'TOKEN|-',
  options: {},
  operands: [1, 1],
  examples: ['jotgate inspect - < token.txt'],
  run: runInspect,
}

async function runInspect(given: Arguments, io: Io): Promise<Answer> {
  const { unverifiedHeader, unverifiedClaims } = decodeToken(await readToken(given.operands[0], io))
  const lines = [
    warning,
    'header',
    ...membersOf(unverifiedHeader),
    'claims',
    ...membersOf(unverifiedClaims, io.now()),
  ]
  return {
    text: lines.map(printable).join('\n'),
    json: { ok: true, verified: false, unverifiedHeader, unverifiedClaims },
  }
}

function membersOf(object: Readonly<Record<string, unknown>>, now?: number): string[] {
  const width = Math.max(0, ...Object.keys(object).map((name) => name.length))
  return Object.entries(object).map(([name, value]) => {
    const isTime = now !== undefined && typeof value === 'number' && times.includes(name)
    const words = isTime ? `  (${describeMoment(value, now)})` : ''
    return `  ${name.padEnd(width)}  ${JSON.stringify(value)}${words}`
  })
}

const times = ['exp', 'nbf', 'iat', 'auth_time', 'updated_at']

import { formatApi } from '../../api-spec/index.js'
import { readApiFile, refused } from '../api-project.js'
import type { Arguments } from '../arguments.js'
import { badUsage } from '../command-error.js'
import type { Answer, Command } from '../command.js'
import type { Io } from '../io.js'

/** Brings an `.api` file into its one layout. */
export const apiFormat: Command = {
  name: 'api format',
  summary: 'print an .api file in its one layout, or rewrite it',
  usage: '[--goctl] [--write | --check] FILE|-',
  options: {
    goctl: {
      kind: 'flag',
      help: 'for goctl: routes with @server or @jwt get a block of their own',
    },
    write: { kind: 'flag', help: 'rewrite the file, when it differs' },
    check: { kind: 'flag', help: 'print nothing; exit code 1 when the file would change' },
  },
  operands: [1, 1],
  notes: ['Comments stay, imports are not followed. A file that cannot be read is left as it is.'],
  examples: ['jotgate api format --write user.api', 'jotgate api format --check user.api'],
  run: runFormat,
}

async function runFormat(given: Arguments, io: Io): Promise<Answer> {
  const operand = given.operands[0] ?? ''
  const [write, check] = [given.flag('write'), given.flag('check')]
  if (write && check) throw badUsage('--write and --check exclude each other')
  if (write && operand === '-') throw badUsage('--write: the standard input is not a file')
  const { file, text } = await readApiFile(operand, io)
  const reader = given.flag('goctl') ? 'goctl' : 'dialect'
  const result = formatApi(text, { file, reader })
  if (!result.ok) return refused({ file, mode: 'dialect', result })
  const changed = result.text !== text
  if (check) return checked(file, changed)
  if (!write) {
    const shown = result.text.replace(/\n$/, '') // it is printed with one
    return { text: shown, json: { ok: true, changed, text: result.text } }
  }
  if (changed) await rewrite(file, result.text, io)
  return { text: changed ? 'rewritten' : 'unchanged', json: { ok: true, changed } }
}

function checked(file: string, changed: boolean): Answer {
  const json = { ok: !changed, changed }
  return changed ? { text: '', json, refusal: `${file}: would change` } : { text: '', json }
}

async function rewrite(file: string, text: string, io: Io): Promise<void> {
  try {
    await io.replaceFile(file, text)
  } catch {
    throw badUsage('--write: the file cannot be written')
  }
}

import type { Command } from './command.js'
import type { OptionSpecs } from './option-spec.js'

/** Options of every command. */
export const commonOptions = {
  json: { kind: 'flag', help: 'print one JSON document instead of text' },
  help: { kind: 'flag', help: 'print this' },
} as const satisfies OptionSpecs

const exitCodes = 'Exit codes: 0 success, 1 refused (the code is on stderr), 2 bad usage.'

/** The text of `jotgate --help`: every command in one line. */
export function overview(commands: readonly Command[]): string {
  return [
    'jotgate: make keys, sign, verify and explain JSON Web Tokens; guarded servers from .api files',
    '',
    'Usage: jotgate COMMAND [options]',
    '',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'jotgate COMMAND --help explains one of them; --version prints the version.',
    'With --json a command prints one JSON document; "-" reads the standard input.',
    exitCodes,
  ].join('\n')
}

/** The text of `jotgate COMMAND --help`. */
export function commandHelp(command: Command): string {
  const specs: OptionSpecs = { ...command.options, ...commonOptions }
  const options = Object.entries(specs)
  return [
    `jotgate ${command.name}: ${command.summary}`,
    '',
    `Usage: jotgate ${command.name} ${command.usage}`,
    '',
    ...columns(
      options.map(([name, { value, help }]) => [
        value === undefined ? `--${name}` : `--${name} ${value}`,
        help,
      ]),
    ),
    ...(command.notes ? ['', ...command.notes] : []),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
    exitCodes,
  ].join('\n')
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

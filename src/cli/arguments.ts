import { parseArgs } from 'node:util'
import { badUsage } from './command-error.js'
import type { OptionSpecs } from './option-spec.js'
import { nearestName } from '../foundation/names.js'

/** The arguments of a command, checked against its options. */
export interface Arguments {
  /** The value of an option; undefined when it was not given. */
  text(name: string): string | undefined
  /** The value of a required option. */
  required(name: string): string
  /** All values of an option that may be given several times. */
  texts(name: string): readonly string[]
  flag(name: string): boolean
  readonly operands: readonly string[]
}

type Given = ReadonlyMap<string, readonly string[]>

/**
 * Reads a command line. An unknown option is quoted only when it looks like a name; values never are.
 *
 * @throws CommandError for an unknown option, a missing or surplus value, or an option given twice
 * @example readArguments(['--alg', 'ES256', '-'], { alg: { kind: 'text', help: '…' } }).text('alg') // 'ES256'
 */
export function readArguments(argv: readonly string[], specs: OptionSpecs): Arguments {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { kind }]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  )
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const given = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const values = given.get(token.name) ?? []
    given.set(token.name, [...values, checkOption(token, specs, values.length)])
  }
  return toArguments(given, positionals)
}

function checkOption(
  token: { name: string; value: string | undefined; inlineValue: boolean | undefined },
  specs: OptionSpecs,
  times: number,
): string {
  const { name, value, inlineValue } = token
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
  if (!spec) throw unknownOption(name, Object.keys(specs))
  if (times > 0 && spec.kind === 'text') throw badUsage(`--${name}: is given twice`)
  if (spec.kind === 'flag') {
    if (value !== undefined) throw badUsage(`--${name}: takes no value`)
    return ''
  }
  if (value === undefined || value === '') throw badUsage(`--${name}: needs a value`)
  if (inlineValue !== true && value.length > 1 && value.startsWith('-'))
    throw badUsage(`--${name}: needs a value; one that begins with "-" is written --${name}=…`)
  return value
}

function unknownOption(name: string, known: readonly string[]) {
  if (!/^[a-z][a-z0-9-]{0,23}$/i.test(name)) return badUsage('there is an unknown option')
  const near = nearestName(name, known)
  const hint = near === undefined ? 'see --help' : `did you mean --${near}?`
  return badUsage(`--${name}: is not an option; ${hint}`)
}

function toArguments(given: Given, operands: readonly string[]): Arguments {
  const text = (name: string) => given.get(name)?.[0]
  return Object.freeze({
    text,
    required: (name: string) => {
      const value = text(name)
      if (value === undefined) throw badUsage(`--${name}: is required`)
      return value
    },
    texts: (name: string) => given.get(name) ?? [],
    flag: (name: string) => given.has(name),
    operands,
  })
}

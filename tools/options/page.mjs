import { root } from '../setup/paths.mjs'
import { docstrings } from './docstrings.mjs'
import { factories } from './factories.mjs'

/** @typedef {import('../../dist/foundation/options.js').Option<unknown>} Option */

const head = `# Options

Every option of every factory, made by \`npm run docs:options\` from the tables that the factories check their options
against. A duration is a number of seconds, or text such as \`'15m'\`. An option that a factory does not know is an error.
`

/**
 * The page of all options, and what the docstrings say otherwise than the tables.
 *
 * @returns {Promise<{ page: string, problems: readonly string[], options: number }>}
 */
export async function optionsPage() {
  const sections = []
  const problems = []
  let options = 0
  for (const { factory, file, table, types, from } of factories) {
    const built = file.replace(/^src/, 'dist').replace(/\.ts$/, '.js')
    const module = await import(`${root}/${built}`)
    /** @type {Readonly<Record<string, Option>>} */
    const rows = typeof module[table] === 'function' ? module[table]() : module[table]
    const said = docstrings(from === undefined ? [file] : [from, file], types)
    for (const [name, option] of Object.entries(rows)) {
      options += 1
      const problem = disagreement(option, said.get(name) ?? '')
      if (problem !== undefined) problems.push(`${file}: ${factory}.${name} ${problem}`)
    }
    sections.push(sectionOf(factory, rows, said))
  }
  return { page: [head, ...sections].join('\n'), problems, options }
}

/**
 * @param {string} factory
 * @param {Readonly<Record<string, Option>>} rows
 * @param {Map<string, string>} said
 */
function sectionOf(factory, rows, said) {
  const lines = Object.entries(rows).map(([name, option]) => {
    const cells = [`\`${name}\``, takes(option), defaultOf(option), linkless(said.get(name) ?? '')]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  const title = factory.replace(/\b[a-z]+[A-Z]\w*|\bselect\b|\bgenerate\b|\bforwarded\b/g, '`$&`')
  return [
    `## ${title}`,
    '',
    '| Option | Takes | Default | |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n')
}

/** @param {Option} option */
function takes({ kind, unit, least, most }) {
  const of = unit === undefined || kind === 'duration' ? '' : ` of ${unit}`
  const bounds = [
    ...(least === undefined ? [] : [`from ${least}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
  ]
  const seconds = kind === 'duration' && bounds.length > 0 ? ' s' : ''
  return `${kind}${of}${bounds.length === 0 ? '' : `, ${bounds.join(', ')}${seconds}`}`
}

/** @param {Option} option */
function defaultOf(option) {
  if (option.required) return '_required_'
  const { default: usual } = option
  if (usual === undefined || usual === '' || typeof usual === 'function') return ''
  return `\`${typeof usual === 'string' ? usual : JSON.stringify(usual)}\``
}

/** @param {string} text */
function linkless(text) {
  return text.replace(/\{@link ([^}]+)\}/g, '`$1`')
}

const units = { s: 1, second: 1, m: 60, minute: 60, h: 3600, hour: 3600, d: 86_400, day: 86_400 }

/**
 * What a docstring says of the default against its table: only of numbers and durations, which can be compared.
 *
 * @param {Option} option
 * @param {string} said
 */
function disagreement({ default: usual, kind, most }, said) {
  if (said === '') return kind === 'function' ? undefined : 'has no docstring'
  if (typeof usual !== 'number' && typeof usual !== 'string') return undefined
  const inTable = amount(String(usual))
  if (inTable === undefined) return undefined
  const inText = amount(/Default:? `?'?([\d,._]+ ?[a-z]*)/.exec(said)?.[1] ?? '')
  if (inText !== inTable) return `says another default than ${String(usual)}: ${said}`
  const bound = /at most ([\d,._]+ ?[a-z]*)/.exec(said)?.[1]
  if (bound !== undefined && most !== undefined && amount(bound) !== most)
    return `says another bound than ${most}: ${said}`
  return undefined
}

/**
 * A number, in seconds where it has a unit of time.
 *
 * @param {string} text
 */
function amount(text) {
  const match = /^([\d,._]+) ?([a-z]*)$/.exec(text.trim().replace(/[.,]+$/, ''))
  if (!match) return undefined
  const [, digits = '', unit = ''] = match
  const number = Number(digits.replace(/[,_]/g, ''))
  if (unit === '' || unit === 'ms') return number
  const factor = Object.entries(units).find(([name]) => unit === name || unit === `${name}s`)?.[1]
  return factor === undefined ? number : number * factor
}

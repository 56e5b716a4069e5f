import { ConfigError } from '../../foundation/errors.js'
import { type OptionTable, readOptions, unchecked } from '../../foundation/options.js'
import { isPattern, patternOf } from '../pattern.js'
import {
  checkPath,
  compileRegex,
  fold,
  listOf,
  matchRule,
  type OneOrMore,
  type Rule,
  type Rules,
  rulesTable,
} from '../rules.js'
import { createSelector, readPreflight, type PreflightOption, type Selector } from '../select.js'

/** Rules as `selector.Server(…)` of Kratos takes them, or-ed; a call that no rule matches is open. */
export interface KratosRules extends Pick<Rules, 'path' | 'match'>, PreflightOption {
  /** The beginning of an operation, not by segments: `/api.v1.` matches every service of the package. */
  readonly prefix?: OneOrMore<string>
  /** A regular expression whose first match is the whole operation: `a|ab` does not match `ab`. */
  readonly regex?: OneOrMore<RegExp | string>
}

/**
 * Chooses the calls that need a token as Kratos' selector does: an RPC method is compared by `startsWith`, by equality
 * and by a regular expression that matches all of it. Paths, which Kratos never sees, are compared without case and
 * trailing slash, and an ambiguous path is refused.
 *
 * Not for: new services; `select({ except })` also guards the routes that no rule names.
 *
 * @throws ConfigError without a rule, and for invalid rules, which Kratos silently ignores
 * @example presets.kratos.select({ prefix: '/api.v1.', path: '/helloworld.Greeter/SayHello' })
 */
export function selectLikeKratos(rules: KratosRules): Selector {
  readOptions(option, kratosTable, rules)
  const compiled = [
    ...listOf(rules.prefix).map((prefix) => prefixRule(prefix)),
    ...listOf(rules.regex).map((regex) => regexRule(regex)),
    ...listOf(rules.path).map((path) => pathRule(path)),
    ...(rules.match === undefined ? [] : [matchRule(`${option}.match`, rules.match)]),
  ]
  if (compiled.length === 0)
    throw new ConfigError(option, 'has no rule, so nothing would be guarded')
  const isOpenPreflight = readPreflight(rules.preflight)
  return createSelector({ purpose: 'guard', rules: compiled, isOpenPreflight })
}

const option = 'presets.kratos.select'

const kratosTable = {
  path: rulesTable.path,
  prefix: rulesTable.prefix,
  regex: rulesTable.regex,
  match: rulesTable.match,
  preflight: unchecked<KratosRules['preflight']>("`'open'` or `'guarded'`"),
} satisfies OptionTable<keyof KratosRules>

function prefixRule(prefix: unknown): Rule {
  const wanted = checkPath(`${option}.prefix`, prefix)
  const pattern = isPattern(wanted) ? patternOf(wanted, 'anything') : undefined
  const folded = wanted.toLowerCase()
  return {
    name: `${option}.prefix "${wanted}"`,
    matches: (operation) => operation.startsWith(wanted),
    matchesPath: (path) => {
      const lower = path.toLowerCase()
      return lower.startsWith(folded) || pattern?.test(lower) === true
    },
  }
}

function pathRule(path: unknown): Rule {
  const wanted = checkPath(`${option}.path`, path)
  const pattern = isPattern(wanted) ? patternOf(wanted) : undefined
  const folded = fold(wanted)
  return {
    name: `${option}.path "${wanted}"`,
    matches: (operation) => operation === wanted,
    matchesPath: (sent) => fold(sent) === folded || pattern?.test(sent.toLowerCase()) === true,
  }
}

function regexRule(regex: unknown): Rule {
  const given = compileRegex(`${option}.regex`, regex)
  const folding = new RegExp(
    given.source,
    given.flags.includes('i') ? given.flags : `${given.flags}i`,
  )
  return {
    name: `${option}.regex ${String(given)}`,
    matches: (operation) => isWhole(given, operation),
    matchesPath: (path) => isWhole(folding, path) || isWhole(folding, fold(path)),
  }
}

/** As Go's `FindString(operation) == operation`: the leftmost match, whichever alternative matches it. */
function isWhole(regex: RegExp, subject: string): boolean {
  return regex.exec(subject)?.[0] === subject
}

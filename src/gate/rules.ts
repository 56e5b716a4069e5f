import { ConfigError } from '../foundation/errors.js'
import { mayReplaceMethod } from '../foundation/method-overrides.js'
import { type OptionTable, readOptions, guarding, unchecked } from '../foundation/options.js'
import { type Call } from './call.js'
import { isPattern, patternOf } from './pattern.js'

/** One value, or a list of them. */
export type OneOrMore<T> = T | readonly T[]

/** Selects calls. Rules are or-ed, and `method` narrows them all; without a rule, no call matches. */
export interface Rules {
  /**
   * Only calls of these methods, in upper case. Default: any. In doubt a token is required. Rules that guard take any
   * letter case, and GET for HEAD too, because servers answer both with one handler; `method` alone guards every path.
   * Rules that open take only the methods named, need a path beside them, and open nothing when a header such as
   * `X-HTTP-Method-Override`, or `_method` in the query, may replace the method. Code that takes another method from a
   * form belongs before the gate.
   */
  readonly method?: OneOrMore<string>
  /**
   * Exactly this path, router pattern or RPC method. Where the router's pattern is unknown (node, Express),
   * `/users/:id` and `/files/*` guard every path they can match, and open none.
   */
  readonly path?: OneOrMore<string>
  /**
   * This path and everything below it, by whole segments: `/public` does not match `/publicity`. Patterns as in `path`.
   */
  readonly prefix?: OneOrMore<string>
  /** A regular expression, or its source. Also applied to paths: `:id` in it means just these three characters. */
  readonly regex?: OneOrMore<RegExp | string>
  /** A function for everything else; returns a boolean, never a promise. */
  readonly match?: (call: Call) => boolean
}

/**
 * What the rules are for. It decides the doubtful cases, always in favour of requiring a token. Rules that guard
 * compare without case and trailing slash, and their regular expressions may match anywhere; rules that open compare
 * exactly, and their regular expressions must match the whole path.
 */
export type Purpose = 'guard' | 'open'

/** A compiled rule. */
export interface Rule {
  /** For messages: `prefix "/public"`. */
  readonly name: string
  /** Whether it matches this path, router pattern or RPC method, character by character. */
  readonly matches: Matches
  /**
   * Whether it matches a path whose router pattern is unknown, or a path matched by a router's parameters: a rule with
   * parameters matches many where it guards, and none where it opens.
   */
  readonly matchesPath: Matches
}

type Matches = (subject: string, call: Call) => boolean

/** Rules of `select`. */
export const rulesTable = {
  method: guarding(unchecked<Rules['method']>('method, or array of methods')),
  path: guarding(unchecked<Rules['path']>('path, or array of paths')),
  prefix: guarding(unchecked<Rules['prefix']>('path, or array of paths')),
  regex: guarding(unchecked<Rules['regex']>('regular expression, or array')),
  match: guarding(unchecked<Rules['match']>('function')),
} satisfies OptionTable<keyof Rules>

/**
 * Compiles rules once.
 *
 * @throws ConfigError for an unknown rule, a path that no call can have, a regular expression that does not compile
 * or has the flag `g` or `y`, an async `match`, a method that is not in upper case, and in rules that open `prefix: '/'`
 * and a method alone
 * @example compileRules('select.except', { prefix: '/public' }, 'open')
 */
export function compileRules(option: string, rules: Rules, purpose: Purpose): readonly Rule[] {
  readOptions(option, rulesTable, rules)
  const methods = readMethods(`${option}.method`, rules.method)
  const compiled = [
    ...listOf(rules.path).map((path) => pathRule(`${option}.path`, path, purpose)),
    ...listOf(rules.prefix).map((prefix) => prefixRule(`${option}.prefix`, prefix, purpose)),
    ...listOf(rules.regex).map((regex) => regexRule(`${option}.regex`, regex, purpose)),
    ...(rules.match === undefined ? [] : [matchRule(`${option}.match`, rules.match)]),
  ]
  if (methods === undefined) return compiled
  if (compiled.length > 0) return compiled.map((rule) => forMethods(rule, methods, purpose))
  if (purpose === 'guard') return [forMethods(everyCall(option), methods, purpose)]
  throw new ConfigError(`${option}.method`, 'alone would open every path; name paths beside it')
}

function everyCall(option: string): Rule {
  return { name: option, matches: () => true, matchesPath: () => true }
}

/** An empty list would switch the other rules off. */
function readMethods(option: string, given: unknown): readonly string[] | undefined {
  if (given === undefined) return undefined
  const methods = listOf(given as OneOrMore<unknown>) // each is looked at
  if (methods.length > 0 && methods.every(isMethod)) return methods
  throw new ConfigError(option, 'takes one or more methods in upper case, such as "GET"')
}

/** Methods are compared with case (RFC 9110 section 9.1), and all in use are in upper case. */
function isMethod(method: unknown): method is string {
  return typeof method === 'string' && /^[A-Z][A-Z-]*$/.test(method)
}

function forMethods(rule: Rule, methods: readonly string[], purpose: Purpose): Rule {
  const wanted = new Set(methods)
  if (purpose === 'guard' && wanted.has('GET')) wanted.add('HEAD')
  const isWanted = (call: Call) => {
    const { method } = call
    if (purpose === 'open')
      return method !== undefined && wanted.has(method) && !mayReplaceMethod(call)
    // HTTP/2 has no rule for case, and some routers fold it.
    return method === undefined || wanted.has(method.toUpperCase()) || mayReplaceMethod(call)
  }
  return {
    name: `${rule.name} for ${methods.join(', ')}`,
    matches: (subject, call) => isWanted(call) && rule.matches(subject, call),
    matchesPath: (subject, call) => isWanted(call) && rule.matchesPath(subject, call),
  }
}

function pathRule(option: string, path: unknown, purpose: Purpose): Rule {
  const wanted = checkPath(option, path)
  const folded = fold(wanted)
  const matches: Matches =
    purpose === 'open'
      ? (subject) => subject === wanted
      : (subject) => subject === wanted || fold(subject) === folded
  const matchesPath = isPattern(wanted) ? pathsOf(patternOf(wanted), purpose) : matches
  return { name: `${option} "${wanted}"`, matches, matchesPath }
}

function prefixRule(option: string, prefix: unknown, purpose: Purpose): Rule {
  const wanted = checkPath(option, prefix)
  if (purpose === 'open' && wanted === '/') {
    throw new ConfigError(option, '"/" would open every path')
  }
  const below = wanted.endsWith('/') ? wanted : `${wanted}/`
  const foldedBelow = below.toLowerCase()
  const matches: Matches =
    purpose === 'open'
      ? (subject) => subject === wanted || subject.startsWith(below)
      : (subject) => `${subject.toLowerCase()}/`.startsWith(foldedBelow)
  const matchesPath = isPattern(wanted) ? pathsOf(patternOf(wanted, 'anything'), purpose) : matches
  return { name: `${option} "${wanted}"`, matches, matchesPath }
}

/** The router may send some of these paths elsewhere, which is unknown here: in doubt, require a token. */
function pathsOf(pattern: RegExp, purpose: Purpose): Matches {
  return purpose === 'open' ? () => false : (path) => pattern.test(path.toLowerCase())
}

function regexRule(option: string, regex: unknown, purpose: Purpose): Rule {
  const given = compileRegex(option, regex)
  const flags = given.flags.includes('i') || purpose === 'open' ? given.flags : `${given.flags}i`
  const source = purpose === 'open' ? `^(?:${given.source})$` : given.source
  const compiled = new RegExp(source, flags.replace('m', ''))
  const matches: Matches = (subject) => compiled.test(subject)
  return { name: `${option} ${String(given)}`, matches, matchesPath: matches }
}

/** @throws ConfigError for a function that cannot return a boolean */
export function matchRule(option: string, match: NonNullable<Rules['match']>): Rule {
  const given: unknown = match
  if (typeof given !== 'function' || given.constructor.name === 'AsyncFunction') {
    throw new ConfigError(option, 'must be a function that returns a boolean, not a promise')
  }
  const matches: Matches = (_, call) => {
    const answer: unknown = match(call)
    if (typeof answer !== 'boolean') throw new TypeError(`${option} must return a boolean`)
    return answer
  }
  return { name: option, matches, matchesPath: matches }
}

/** @throws ConfigError when it does not compile, or has a flag that remembers the last call (`g`, `y`) */
export function compileRegex(option: string, regex: unknown): RegExp {
  const given = regex instanceof RegExp ? regex : readRegex(option, regex)
  if (given.global || given.sticky) {
    throw new ConfigError(option, 'has the flag g or y, which makes it remember the last call')
  }
  return given
}

function readRegex(option: string, source: unknown): RegExp {
  if (typeof source !== 'string') throw new ConfigError(option, 'takes a regular expression')
  try {
    return new RegExp(source)
  } catch {
    throw new ConfigError(option, 'is not a valid regular expression')
  }
}

/** @throws ConfigError for a path that no call can have */
export function checkPath(option: string, path: unknown): string {
  if (typeof path !== 'string' || !/^\/[^\s\\#]*$/.test(path) || path.includes('//')) {
    throw new ConfigError(
      option,
      'takes paths that begin with "/" and contain no space, "\\", "#" or "//"',
    )
  }
  return path
}

/** Without case and trailing slash: some routers treat `/Admin/` and `/admin` as one route. */
export function fold(path: string): string {
  const lower = path.toLowerCase()
  return lower.length > 1 && lower.endsWith('/') ? lower.slice(0, -1) : lower
}

/** @example listOf('/a') // ['/a'] */
export function listOf<T>(given: OneOrMore<T> | undefined): readonly T[] {
  if (given === undefined) return []
  // Array.isArray does not narrow readonly arrays.
  return Array.isArray(given) ? (given as readonly T[]) : [given as T]
}

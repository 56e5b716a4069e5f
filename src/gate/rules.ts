import { ConfigError } from '../foundation/errors.js'
import { type OptionTable, readOptions, unchecked } from '../foundation/options.js'
import { type Call } from './call.js'
import { isPattern, patternOf } from './pattern.js'

/** One, or a list of them. */
export type OneOrMore<T> = T | readonly T[]

/** Which calls are meant. Rules are or-ed; no rule means no call. */
export interface Rules {
  /**
   * Exactly this path, router pattern or RPC method. Where no router has found a pattern (node, Express), `/users/:id`
   * and `/files/*` guard every path they can mean, and open none.
   */
  readonly path?: OneOrMore<string>
  /** This path and everything below it, by whole segments: `/public` is not `/publicity`. Patterns are as in `path`. */
  readonly prefix?: OneOrMore<string>
  /** A regular expression, or its source. It reads paths too: `:id` in it means nothing but these three characters. */
  readonly regex?: OneOrMore<RegExp | string>
  /** A function for everything else; returns a boolean, never a promise. */
  readonly match?: (call: Call) => boolean
}

/**
 * What rules are for decides how a doubt is settled, always towards asking for a token. Rules that guard compare
 * without case and trailing slash and take a regular expression that matches anywhere; rules that open compare
 * exactly and take one that matches the whole.
 */
export type Purpose = 'guard' | 'open'

/** One rule, ready to ask. */
export interface Rule {
  /** For people: `prefix "/public"`. */
  readonly name: string
  /** Whether it means this path, router pattern or RPC method, letter by letter. */
  readonly matches: Matches
  /**
   * Whether it means a path that no router has read, or one that a router's parameters took: a rule with parameters
   * means many where it guards, and none where it opens.
   */
  readonly matchesPath: Matches
}

type Matches = (subject: string, call: Call) => boolean

/** Rules of `select`. */
export const rulesTable = {
  path: unchecked<Rules['path']>('path, or array of paths'),
  prefix: unchecked<Rules['prefix']>('path, or array of paths'),
  regex: unchecked<Rules['regex']>('regular expression, or array'),
  match: unchecked<Rules['match']>('function'),
} satisfies OptionTable<keyof Rules>

/**
 * Compiles rules once.
 *
 * @throws ConfigError for an unknown rule, a path that no call can have, a regular expression that does not compile
 * or carries `g` or `y`, an async `match`, and `prefix: '/'` where rules open
 * @example compileRules('select.except', { prefix: '/public' }, 'open')
 */
export function compileRules(place: string, rules: Rules, purpose: Purpose): readonly Rule[] {
  readOptions(place, rulesTable, rules)
  return [
    ...listOf(rules.path).map((path) => pathRule(`${place}.path`, path, purpose)),
    ...listOf(rules.prefix).map((prefix) => prefixRule(`${place}.prefix`, prefix, purpose)),
    ...listOf(rules.regex).map((regex) => regexRule(`${place}.regex`, regex, purpose)),
    ...(rules.match === undefined ? [] : [matchRule(`${place}.match`, rules.match)]),
  ]
}

function pathRule(place: string, path: unknown, purpose: Purpose): Rule {
  const wanted = checkPath(place, path)
  const folded = fold(wanted)
  const matches: Matches =
    purpose === 'open'
      ? (subject) => subject === wanted
      : (subject) => subject === wanted || fold(subject) === folded
  const matchesPath = isPattern(wanted) ? pathsOf(patternOf(wanted), purpose) : matches
  return { name: `${place} "${wanted}"`, matches, matchesPath }
}

function prefixRule(place: string, prefix: unknown, purpose: Purpose): Rule {
  const wanted = checkPath(place, prefix)
  if (purpose === 'open' && wanted === '/') {
    throw new ConfigError(place, '"/" would open every path')
  }
  const below = wanted.endsWith('/') ? wanted : `${wanted}/`
  const foldedBelow = below.toLowerCase()
  const matches: Matches =
    purpose === 'open'
      ? (subject) => subject === wanted || subject.startsWith(below)
      : (subject) => `${subject.toLowerCase()}/`.startsWith(foldedBelow)
  const matchesPath = isPattern(wanted) ? pathsOf(patternOf(wanted, 'anything'), purpose) : matches
  return { name: `${place} "${wanted}"`, matches, matchesPath }
}

/** Which of these paths a router would take elsewhere is not known here: the rest is a matter of asking for a token. */
function pathsOf(pattern: RegExp, purpose: Purpose): Matches {
  return purpose === 'open' ? () => false : (path) => pattern.test(path.toLowerCase())
}

function regexRule(place: string, regex: unknown, purpose: Purpose): Rule {
  const given = compileRegex(place, regex)
  const flags = given.flags.includes('i') || purpose === 'open' ? given.flags : `${given.flags}i`
  const source = purpose === 'open' ? `^(?:${given.source})$` : given.source
  const compiled = new RegExp(source, flags.replace('m', ''))
  const matches: Matches = (subject) => compiled.test(subject)
  return { name: `${place} ${String(given)}`, matches, matchesPath: matches }
}

/** @throws ConfigError for a function that can not answer with a boolean */
export function matchRule(place: string, match: NonNullable<Rules['match']>): Rule {
  const given: unknown = match
  if (typeof given !== 'function' || given.constructor.name === 'AsyncFunction') {
    throw new ConfigError(place, 'must be a function that returns a boolean, not a promise')
  }
  const matches: Matches = (_, call) => {
    const answer: unknown = match(call)
    if (typeof answer !== 'boolean') throw new TypeError(`${place} must return a boolean`)
    return answer
  }
  return { name: place, matches, matchesPath: matches }
}

/** @throws ConfigError for what does not compile, or remembers the last call (`g`, `y`) */
export function compileRegex(place: string, regex: unknown): RegExp {
  const given = regex instanceof RegExp ? regex : readRegex(place, regex)
  if (given.global || given.sticky) {
    throw new ConfigError(place, 'carries the flag g or y, which remember the last call')
  }
  return given
}

function readRegex(place: string, source: unknown): RegExp {
  if (typeof source !== 'string') throw new ConfigError(place, 'takes a regular expression')
  try {
    return new RegExp(source)
  } catch {
    throw new ConfigError(place, 'is not a regular expression that compiles')
  }
}

/** @throws ConfigError for a path that no call can have */
export function checkPath(place: string, path: unknown): string {
  if (typeof path !== 'string' || !/^\/[^\s\\#]*$/.test(path) || path.includes('//')) {
    throw new ConfigError(
      place,
      'takes paths that begin with "/" and hold no blank, "\\", "#" or "//"',
    )
  }
  return path
}

/** Without case and trailing slash: `/Admin/` and `/admin` are one route to some routers. */
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

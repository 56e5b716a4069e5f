import { AuthError, ConfigError } from '../foundation/errors.js'
import { oneOf, type OptionTable, readOptions, unchecked } from '../foundation/options.js'
import { type Call } from './call.js'
import { readPath } from './path.js'
import { isPattern } from './pattern.js'
import { compileRules, type Purpose, type Rule, type Rules } from './rules.js'

/** Which calls a gate asks for a token. */
export interface Selector {
  /**
   * Whether this call needs a token.
   *
   * @throws AuthError PATH_REFUSED when the path can be read in more than one way
   */
  (call: Call): boolean
  /** Rules that have never matched since the start: misspelt, or for a route that is gone. */
  unusedRules(): readonly string[]
}

/** CORS preflights (Fetch standard, section 3.3.2) carry no token. */
export interface PreflightOption {
  /**
   * `'open'` lets preflights by, to be answered by CORS middleware behind the gate. Default `'guarded'`.
   *
   * Anyone can send OPTIONS with the two headers of a preflight. What handles OPTIONS behind the gate then runs without
   * a token, `app.all()` handlers included, unless the CORS middleware ends every preflight before them.
   */
  readonly preflight?: 'open' | 'guarded'
}

/** Everything is guarded but these. */
export interface SelectExcept extends PreflightOption {
  /** The calls that need no token; every other call does. */
  readonly except: Rules
}

/** These are guarded, and what no rule covers is open. */
export interface SelectOnly extends PreflightOption, Rules {
  readonly except?: never
}

/** Headers by which some servers take another method than the one sent; no browser puts them on a preflight. */
const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override', 'authorization']

/**
 * Chooses the calls that need a token. Rules look at the RPC method or the router's pattern where the adapter has one
 * (Fastify), else at the path, which is refused with 400 when it can be read in more than one way: `%2f`, `//`, `\`,
 * `;`, dot segments, double encoding.
 *
 * Doubt is settled towards asking for a token. Rules that guard compare without case and trailing slash, look at the
 * pattern and at the path (an odd path on a known route is guarded), and take a regular expression that matches
 * anywhere. Rules under `except` compare exactly, with the path as it was sent, and take a regular expression that
 * matches the whole.
 *
 * Parameters in rules, `/users/:id`: a guarding rule is for every path it can mean where there is no pattern (node,
 * Express) or the pattern itself has parameters. A rule under `except` needs a pattern that is the same text; on a bare
 * path it opens nothing, so on node and Express those calls are asked for a token. Use `regex` there.
 *
 * @throws ConfigError for rules that can not work; see {@link Rules}
 * @example select({ except: { path: ['/user/login', '/healthz'], prefix: '/public' } })
 * @example select({ prefix: '/api', preflight: 'open' })
 */
export function select(options: SelectExcept | SelectOnly): Selector {
  return createSelector(resolve(options))
}

/** Rules, compiled, and what they are for. */
interface Chosen {
  readonly purpose: Purpose
  readonly rules: readonly Rule[]
  readonly isOpenPreflight: boolean
}

/**
 * A selector from rules that are compiled already.
 *
 * @example createSelector({ purpose: 'guard', rules: compileRules('select', { path: '/' }, 'guard'), isOpenPreflight: false })
 */
export function createSelector({ isOpenPreflight, ...chosen }: Chosen): Selector {
  const used = new Set<Rule>()
  const note = (rule: Rule | undefined) => {
    if (rule) used.add(rule)
    return rule !== undefined
  }
  const ask: Ask = {
    found: (found, call) => note(chosen.rules.find((rule) => rule.matches(found, call))),
    path: (path, call) => note(chosen.rules.find((rule) => rule.matchesPath(path, call))),
  }
  const selector = (call: Call) => {
    if (isOpenPreflight && isPreflight(call)) return false
    return chosen.purpose === 'open' ? !isOpen(call, ask) : isGuarded(call, ask)
  }
  const unusedRules = () => chosen.rules.filter((rule) => !used.has(rule)).map(({ name }) => name)
  return Object.freeze(Object.assign(selector, { unusedRules }))
}

/** Whether a rule means what a router has found, or a path. */
type Ask = Readonly<Record<'found' | 'path', Rule['matches']>>

/** Opening goes by what the router has found, or by the path as it was sent: decoding is the router's affair. */
function isOpen(call: Call, ask: Ask): boolean {
  const found = call.operation ?? call.pattern
  if (found !== undefined) return ask.found(found, call)
  const path = readPath(call.path)
  if (path === undefined) throw new AuthError('PATH_REFUSED')
  return ask.path(path.raw, call)
}

/** Guarding goes by the pattern and by the path: `/users/me` is guarded on the route `/users/:id` too. */
function isGuarded(call: Call, ask: Ask): boolean {
  const found = call.operation ?? call.pattern
  if (found !== undefined && ask.found(found, call)) return true
  if (call.operation !== undefined) return false
  const path = readPath(call.path)
  // The router knew what to do with an odd path; to be open it would have to be plain.
  if (path === undefined && found !== undefined) return true
  if (path === undefined) throw new AuthError('PATH_REFUSED')
  // A route without parameters is exactly what it says; one with them may be what a rule names otherwise.
  const isSettled = found !== undefined && !isPattern(found)
  return isSettled ? ask.found(path.decoded, call) : ask.path(path.decoded, call)
}

/** OPTIONS with `Origin` and `Access-Control-Request-Method`, and nothing that turns it into another method. */
function isPreflight(call: Call): boolean {
  return (
    call.method === 'OPTIONS' &&
    call.header('origin').length === 1 &&
    call.header('access-control-request-method').length === 1 &&
    overrides.every((name) => call.header(name).length === 0)
  )
}

/** Options of `select`, with `except`. */
export const selectTable = {
  except: unchecked<SelectExcept['except']>('rules'),
  preflight: oneOf(['guarded', 'open'], { default: 'guarded' }),
} satisfies OptionTable<keyof SelectExcept>

function resolve(options: SelectExcept | SelectOnly): Chosen {
  const { except, preflight, ...only } = options
  const isOpenPreflight = readPreflight(preflight)
  if (except !== undefined) {
    readOptions('select', selectTable, options)
    return {
      isOpenPreflight,
      purpose: 'open',
      rules: compileRules('select.except', except, 'open'),
    }
  }
  const rules = compileRules('select', only, 'guard')
  if (rules.length === 0) throw new ConfigError('select', 'has no rule; nothing would be guarded')
  return { isOpenPreflight, purpose: 'guard', rules }
}

/** @throws ConfigError for anything but the two words */
export function readPreflight(preflight: unknown = 'guarded'): boolean {
  return selectTable.preflight.read(preflight, 'select.preflight') === 'open'
}

import { AuthError, ConfigError } from '../foundation/errors.js'
import { oneOf, type OptionTable, readOptions, unchecked } from '../foundation/options.js'
import { methodOverrides } from '../foundation/method-overrides.js'
import { type Call } from './call.js'
import { readPath } from './path.js'
import { isPattern } from './pattern.js'
import {
  compileRules,
  listOf,
  type OneOrMore,
  type Purpose,
  type Rule,
  type Rules,
} from './rules.js'

/** Decides which calls need a token. */
export interface Selector {
  /**
   * Whether this call needs a token.
   *
   * @throws AuthError PATH_REFUSED when the path can be read in more than one way
   */
  (call: Call): boolean
  /** Rules that have not matched since the start: misspelt, or for a route that no longer exists. */
  unusedRules(): readonly string[]
}

/** CORS preflights (Fetch standard, section 3.3.2) carry no token. */
export interface PreflightOption {
  /**
   * `'open'` admits preflights, for CORS middleware behind the gate to answer. Default `'guarded'`.
   *
   * Anyone can send OPTIONS with the two headers of a preflight. All handlers of OPTIONS behind the gate then run
   * without a token, `app.all()` handlers included, unless the CORS middleware answers every preflight before them.
   */
  readonly preflight?: 'open' | 'guarded'
}

/** Guards every call except these. */
export interface SelectExcept extends PreflightOption {
  /** The calls that need no token; every other call does. A list where methods differ from path to path. */
  readonly except: OneOrMore<Rules>
}

/** Guards these calls; a call that no rule matches is open. */
export interface SelectOnly extends PreflightOption, Rules {
  readonly except?: never
}

/** A browser sends none of these with a preflight. */
const neverInPreflights = [...methodOverrides, 'authorization']

/**
 * Chooses the calls that need a token. Rules look at the RPC method, at the router's pattern if the adapter has one
 * (Fastify), or else at the path. An ambiguous path is refused with 400: `%2f`, `//`, `\`, `;`, dot segments, double
 * encoding.
 *
 * In doubt a token is required. Rules that guard compare without case and trailing slash and look at both the pattern
 * and the path (an odd path on a known route is guarded); their regular expressions may match anywhere. Rules under
 * `except` compare exactly, with the path as sent; their regular expressions must match the whole path.
 *
 * Parameters in rules, such as `/users/:id`: without a pattern (node, Express), or with one that itself has parameters,
 * a guarding rule covers every path it can match. A rule under `except` needs a pattern with the same text; it never
 * opens a bare path, so on node and Express those calls need a token. Use `regex` there.
 *
 * @throws ConfigError for invalid rules; see {@link Rules}
 * @example select({ except: { path: ['/user/login', '/healthz'], prefix: '/public' } })
 * @example select({ except: [{ path: '/posts', method: 'GET' }, { path: '/user/login', method: 'POST' }] })
 * @example select({ prefix: '/api', preflight: 'open' })
 */
export function select(options: SelectExcept | SelectOnly): Selector {
  return createSelector(resolve(options))
}

/** Compiled rules and their purpose. */
interface Chosen {
  readonly purpose: Purpose
  readonly rules: readonly Rule[]
  readonly isOpenPreflight: boolean
}

/**
 * Builds a selector from compiled rules.
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

/** Whether a rule matches the result of a router, or a path. */
type Ask = Readonly<Record<'found' | 'path', Rule['matches']>>

/** Opening uses the router's result, or else the path as sent: decoding is the router's job. */
function isOpen(call: Call, ask: Ask): boolean {
  const found = call.operation ?? call.pattern
  if (found !== undefined) return ask.found(found, call)
  const path = readPath(call.path)
  if (path === undefined) throw new AuthError('PATH_REFUSED')
  return ask.path(path.raw, call)
}

/** Guarding uses both the pattern and the path: `/users/me` is guarded on the route `/users/:id` too. */
function isGuarded(call: Call, ask: Ask): boolean {
  const found = call.operation ?? call.pattern
  if (found !== undefined && ask.found(found, call)) return true
  if (call.operation !== undefined) return false
  const path = readPath(call.path)
  // The router matched an odd path; only a plain path can be open.
  if (path === undefined && found !== undefined) return true
  if (path === undefined) throw new AuthError('PATH_REFUSED')
  // A route without parameters is exactly its name; one with parameters may match a path that a rule names differently.
  const isSettled = found !== undefined && !isPattern(found)
  return isSettled ? ask.found(path.decoded, call) : ask.path(path.decoded, call)
}

/** OPTIONS with `Origin` and `Access-Control-Request-Method`, and no header that changes the method. */
function isPreflight(call: Call): boolean {
  return (
    call.method === 'OPTIONS' &&
    call.header('origin').length === 1 &&
    call.header('access-control-request-method').length === 1 &&
    neverInPreflights.every((name) => call.header(name).length === 0)
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
      rules: openings(except),
    }
  }
  const rules = compileRules('select', only, 'guard')
  if (rules.length === 0)
    throw new ConfigError('select', 'has no rule, so nothing would be guarded')
  return { isOpenPreflight, purpose: 'guard', rules }
}

function openings(except: OneOrMore<Rules>): readonly Rule[] {
  if (!Array.isArray(except)) return compileRules('select.except', except as Rules, 'open') // not a list
  return listOf(except).flatMap((rules: Rules, at) =>
    compileRules(`select.except.${String(at)}`, rules, 'open'),
  )
}

/** @throws ConfigError for anything except the two words */
export function readPreflight(preflight: unknown = 'guarded'): boolean {
  return selectTable.preflight.read(preflight, 'select.preflight') === 'open'
}

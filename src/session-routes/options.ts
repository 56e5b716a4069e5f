import type { Duration } from '../foundation/duration.js'
import { ConfigError, type ErrorCode } from '../foundation/errors.js'
import {
  count,
  func,
  optionalFunc,
  type Option,
  type OptionTable,
  type OptionValues,
  part,
  readOptions,
  seconds,
  text,
  value,
} from '../foundation/options.js'
import type { AuthContext } from '../gate/context.js'
import type { CookieMode } from '../gate/cookies/cookie-mode.js'
import type { Gate } from '../gate/gate.js'
import type { IssueRequest } from '../session/issue.js'
import type { Sessions } from '../session/sessions.js'
import { memoryAttempts } from '../stores/memory/attempts.js'
import type { BodyMembers } from './body.js'
import type { AttemptStore } from './ports.js'
import type { RouteName } from './routes.js'
import { createThrottle, type Throttle } from './throttle.js'

/** The members of a login's JSON body, as the caller sent them: of any type, deeply frozen. */
export type Credentials = BodyMembers

/** Who has logged in: what `sessions.issue` takes, without the parts that the route fills in. */
export type Login = Omit<IssueRequest, 'client' | 'meta'>

/** What a route knows of a request beside its body. */
export interface LoginRequest {
  /** Of the caller, as `address` of the adapter finds it. */
  readonly address: string | undefined
  readonly userAgent: string | undefined
  /** All values of a header field; `name` in lower case. */
  readonly header: (name: string) => readonly string[]
}

/** What a route has done, for logs and metrics. Holds no token, no credentials and no account. */
export interface SessionRouteEvent {
  readonly route: RouteName
  readonly status: number
  /** The exact code of a refusal, which the caller does not see. */
  readonly code?: ErrorCode
  /**
   * The error of the application's own function or of a store, unredacted: with a 500 or 503; with a login that
   * succeeded, why the session before it could not be ended.
   */
  readonly fault?: unknown
}

/** How many failed logins are too many. */
export interface LoginLimits {
  /** Of one account, from all networks it has not logged in from; and of it at each network it has. Default 10. */
  readonly account?: number
  /** From one network: an IPv4 address, or the first 64 bits of an IPv6 address. Default 50. */
  readonly network?: number
  /** How long they count, from the first one on. Default `15m`. */
  readonly window?: Duration
}

/** Options of `sessionRoutes`, in every adapter. */
export interface SessionRoutesOptions<C> {
  /** Guards the routes that need a caller, whatever its `select` says, and makes the answers of all refusals. */
  readonly gate: Gate<C>
  /**
   * Checks the credentials of a login: returns who has logged in, or undefined or null for wrong credentials (401). It
   * gets the JSON body, whose members a stranger has chosen: look at their types. Take as long for an account that does
   * not exist. What it throws is a fault (500), unless it is an AuthError.
   */
  readonly login: (
    credentials: Credentials,
    request: LoginRequest,
  ) => Login | null | undefined | Promise<Login | null | undefined>
  /**
   * Keeps the tokens of pages in cookies: what `createCookieMode` makes. Requests without a sign of a browser still get
   * tokens. Default: every caller gets tokens.
   */
  readonly cookies?: CookieMode
  /** Name of the client in its sessions. Default `web`. */
  readonly client?: string
  /**
   * The name of the account that credentials are for, for the count of its failed logins; undefined counts by network
   * alone. Default: the first text among `username`, `email` and `login`; without one the login is refused (400).
   */
  readonly account?: (credentials: Credentials) => string | undefined
  /** Where attempts are counted: `attempts` of the stores that the sessions are in. Default: in this process. */
  readonly attempts?: AttemptStore
  /** How many failed logins are too many. */
  readonly limits?: LoginLimits
  /** The answer to "who am I", as JSON. Default: `subject`, `sid` and `claims`, as the token has them. */
  readonly me?: (context: AuthContext<C>) => unknown
  /** Called for every answer of a route. Default: none. */
  readonly onEvent?: (event: SessionRouteEvent) => unknown
}

/** Options of {@link SessionRoutesOptions.limits}. */
export const loginLimitsTable = {
  account: count({ default: 10 }),
  network: count({ default: 50 }),
  window: seconds({ default: '15m', least: 1, most: 86_400 }),
} satisfies OptionTable<keyof LoginLimits>

/** Left out, every caller gets tokens: undefined must not mean that by a slip. */
const cookieMode: Option<CookieMode | undefined> = {
  ...part<CookieMode>('what createCookieMode makes', ['check', 'refreshToken']),
  required: false,
  guarding: true,
}

const attemptStore: Option<AttemptStore | undefined> = {
  ...part<AttemptStore>('an attempt store, such as redisStores(client).attempts', ['add', 'set']),
  required: false,
}

/** Options of `sessionRoutes`. */
export const sessionRoutesTable = {
  gate: value('what createGate makes', readGate),
  login: func<SessionRoutesOptions<unknown>['login']>(),
  cookies: cookieMode,
  client: text({ default: 'web' }),
  account: optionalFunc<(credentials: Credentials) => unknown>(),
  attempts: attemptStore,
  limits: value('object of limits', readLimits, { default: {} }),
  me: optionalFunc<(context: AuthContext<unknown>) => unknown>(),
  onEvent: optionalFunc<(event: SessionRouteEvent) => unknown>(),
} satisfies OptionTable<keyof SessionRoutesOptions<unknown>>

/** Resolved options, with the sessions that the routes are for. */
export interface RoutesPolicy extends Omit<
  OptionValues<typeof sessionRoutesTable>,
  'attempts' | 'limits'
> {
  readonly sessions: Sessions
  readonly throttle: Throttle
}

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 * @example readSessionRoutesOptions(sessions, { gate, login }).client // 'web'
 */
export function readSessionRoutesOptions(sessions: Sessions, options: unknown): RoutesPolicy {
  const given: unknown = sessions // a program in plain JavaScript may pass anything
  if (typeof given !== 'object' || given === null || !('refresh' in given))
    throw new ConfigError('sessionRoutes', 'takes what createSessions makes, and then its options')
  const { attempts, limits, ...values } = readOptions('sessionRoutes', sessionRoutesTable, options)
  return { ...values, sessions, throttle: createThrottle(attempts ?? memoryAttempts(), limits) }
}

function readGate(given: unknown, option: string): Gate<unknown> {
  if (typeof given === 'function' && 'check' in given && 'respond' in given)
    return given as unknown as Gate<unknown> // known by its members
  throw new ConfigError(option, 'must be what createGate makes')
}

function readLimits(given: unknown, option: string): OptionValues<typeof loginLimitsTable> {
  return readOptions(option, loginLimitsTable, given)
}

import { parseDuration, type Duration } from '../foundation/duration.js'
import { ConfigError } from '../foundation/errors.js'
import { type OnClientEvent } from './events.js'
import { checkClientOptions, requireText } from './options.js'
import { pageUrl, readSecureUrl } from './origins.js'
import { type StoredSession } from './pair.js'

/**
 * Where a session is kept between page loads, or runs of a program.
 *
 * Whoever reads it is the user. In browsers every script of the page can read `localStorage` and `sessionStorage`,
 * injected ones too, and take the refresh token away; that is why neither is a default. Use cookie mode there.
 */
export interface SessionStorage {
  load(): StoredSession | undefined | Promise<StoredSession | undefined>
  /** Undefined forgets it. */
  save(session: StoredSession | undefined): void | Promise<void>
}

interface CommonSessionOptions {
  /** The URL refreshes are posted to; https, or loopback. In browsers it may be relative. */
  readonly endpoint: string
  /**
   * A name shared by the tabs of one user: they refresh one at a time (Web Locks) and tell each other the outcome
   * (BroadcastChannel). Default: none. Not for servers: sessions of one name in one process are one user's.
   */
  readonly tabs?: string
  /** How long a refresh whose reply is lost is presented again. Default 8 s, below the server's 10 s of grace. */
  readonly grace?: Duration
  /** How long one attempt may take. Default 5 s. */
  readonly timeout?: Duration
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  readonly onEvent?: OnClientEvent
}

/** A session whose tokens the program holds. */
export interface TokenSessionOptions extends CommonSessionOptions {
  readonly cookies?: false
  /** Default: in memory, gone with the page or the process. */
  readonly storage?: SessionStorage
  /** For an OAuth token endpoint (RFC 6749 section 6): the public client's id. Default: JSON, this package's own API. */
  readonly clientId?: string
}

/** A browser's session in cookies that no script can read. The endpoint must be of the page's own origin. */
export interface CookieSessionOptions extends CommonSessionOptions {
  readonly cookies: true
}

/** Whose hands a session is in: the program's, or those of a browser's cookies. */
export type SessionOptions = TokenSessionOptions | CookieSessionOptions

/** Resolved options. */
export interface SessionPolicy {
  readonly endpoint: string
  readonly cookies: boolean
  readonly storage: SessionStorage | undefined
  readonly clientId: string | undefined
  readonly tabs: string | undefined
  /** Seconds. */
  readonly grace: number
  /** Seconds. */
  readonly timeout: number
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  readonly onEvent: OnClientEvent | undefined
}

const common = ['endpoint', 'tabs', 'grace', 'timeout', 'fetch', 'now', 'onEvent', 'cookies']
const functions = ['fetch', 'now', 'onEvent']
const forTokens = ['storage', 'clientId']

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 * @example resolveSession({ endpoint: 'https://auth.example/user/refresh' }).grace // 8
 */
export function resolveSession(options: SessionOptions): SessionPolicy {
  checkClientOptions('fromSession', options, { known: [...common, ...forTokens], functions })
  const given: Omit<TokenSessionOptions, 'cookies'> & { cookies?: boolean } = options
  const { cookies = false, storage, clientId, tabs, fetch, now = () => Date.now() / 1000 } = given
  if (cookies) checkClientOptions('fromSession', options, { known: common, functions })
  const isFlag: unknown = cookies
  if (typeof isFlag !== 'boolean') throw new ConfigError('fromSession.cookies', 'must be a boolean')
  if (tabs !== undefined) requireText('fromSession.tabs', tabs)
  if (clientId !== undefined) requireText('fromSession.clientId', clientId)
  if (storage !== undefined) checkStorage(storage)
  return Object.freeze({
    endpoint: readEndpoint(options.endpoint, cookies),
    cookies,
    storage,
    clientId,
    tabs,
    grace: readSeconds('grace', options.grace ?? 8),
    timeout: readSeconds('timeout', options.timeout ?? 5),
    // Looked up at each call, and called as the platform wants it: by its own global object.
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
    now,
    onEvent: options.onEvent,
  })
}

function readEndpoint(endpoint: unknown, cookies: boolean): string {
  const url = readSecureUrl('fromSession.endpoint', endpoint)
  const page = pageUrl()
  if (cookies && page !== undefined && new URL(page).origin !== url.origin)
    throw new ConfigError('fromSession.endpoint', "must be of the page's own origin in cookie mode")
  return url.href
}

function readSeconds(name: 'grace' | 'timeout', duration: Duration): number {
  const seconds = parseDuration(duration, `fromSession.${name}`)
  if (seconds < 1 || seconds > 60)
    throw new ConfigError(`fromSession.${name}`, 'must be from 1 to 60 seconds')
  return seconds
}

function checkStorage(storage: unknown): void {
  const given = storage as Partial<Record<string, unknown>> | null // to look its members up
  if (typeof given?.['load'] !== 'function' || typeof given['save'] !== 'function')
    throw new ConfigError('fromSession.storage', 'must have the functions load and save')
}

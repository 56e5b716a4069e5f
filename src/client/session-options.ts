import type { Duration } from '../foundation/duration.js'
import { ConfigError } from '../foundation/config-error.js'
import {
  clock,
  flag,
  optionalFunc,
  type OptionTable,
  readOptions,
  seconds,
  text,
  value,
} from '../foundation/options.js'
import { type OnClientEvent } from './events.js'
import { pageUrl, readSecureUrl } from './origins.js'
import { type StoredSession } from './pair.js'

/**
 * Where a session is kept between page loads, or runs of a program.
 *
 * Anyone who can read it can act as the user. In browsers every script of the page, injected ones too, can read
 * `localStorage` and `sessionStorage` and steal the refresh token; so neither is a default. Use cookie mode there.
 */
export interface SessionStorage {
  load(): StoredSession | undefined | Promise<StoredSession | undefined>
  /** Undefined deletes it. */
  save(session: StoredSession | undefined): void | Promise<void>
}

interface CommonSessionOptions {
  /** The URL for refreshes (POST); https, or loopback. In browsers it may be relative. */
  readonly endpoint: string
  /**
   * A name shared by the tabs of one user: they refresh one at a time (Web Locks) and learn of the outcome
   * (BroadcastChannel), but never of the refresh token. With neither `cookies` nor `storage`, closing the tab that logged
   * in ends the others with their access token. Default: none. Not for servers: in one process, sessions with the same
   * name belong to one user.
   */
  readonly tabs?: string
  /** How long a call repeats a refresh whose answer is lost. Default 8 s, below the server's 10 s of grace. */
  readonly grace?: Duration
  /** How long one attempt may take. Default 5 s. */
  readonly timeout?: Duration
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  readonly onEvent?: OnClientEvent
}

/** A session whose tokens the program keeps. */
export interface TokenSessionOptions extends CommonSessionOptions {
  /** Whether the tokens are in cookies that scripts cannot read. Default false. */
  readonly cookies?: false
  /** Default: in memory, lost with the page or the process. */
  readonly storage?: SessionStorage
  /** For an OAuth token endpoint (RFC 6749 section 6): the public client's id. Default: JSON, this package's own API. */
  readonly clientId?: string
}

/** A browser's session in cookies that scripts cannot read. The endpoint must have the page's own origin. */
export interface CookieSessionOptions extends CommonSessionOptions {
  readonly cookies: true
}

/** Options of `fromSession`: either the program or the browser's cookies keep the tokens. */
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

const commonTable = {
  endpoint: value('URL', readSecureUrl),
  tabs: text({ optional: true }),
  grace: seconds({ default: 8, least: 1, most: 60 }),
  timeout: seconds({ default: 5, least: 1, most: 60 }),
  fetch: optionalFunc<typeof globalThis.fetch>(),
  now: clock(),
  onEvent: optionalFunc<OnClientEvent>(),
  cookies: flag({ default: false }),
} satisfies OptionTable<keyof CookieSessionOptions>

/** Options of `fromSession` when the program keeps the tokens. */
export const tokenSessionTable = {
  ...commonTable,
  storage: value('object with load and save', readStorage, { optional: true }),
  clientId: text({ optional: true }),
} satisfies OptionTable<keyof TokenSessionOptions>

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 * @example readSessionOptions({ endpoint: 'https://auth.example/user/refresh' }).grace // 8
 */
export function readSessionOptions(options: SessionOptions): SessionPolicy {
  const values = readOptions('fromSession', tokenSessionTable, options)
  if (values.cookies) readOptions('fromSession', commonTable, options)
  const { fetch, endpoint, cookies } = values
  const page = pageUrl()
  if (cookies && page !== undefined && new URL(page).origin !== endpoint.origin)
    throw new ConfigError('fromSession.endpoint', "must have the page's own origin in cookie mode")
  return Object.freeze({
    ...values,
    endpoint: endpoint.href,
    // Looked up at each call; the platform requires it to be called on its own global object.
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
  })
}

function readStorage(given: unknown, option: string): SessionStorage {
  const storage = given as Partial<SessionStorage> | null // a caller in plain JavaScript
  if (typeof storage?.load === 'function' && typeof storage.save === 'function')
    return storage as SessionStorage // known by its two functions
  throw new ConfigError(option, 'must have the functions load and save')
}

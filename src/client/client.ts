import { ConfigError } from '../foundation/config-error.js'
import { type Credential, type Credentials } from './credential.js'
import { ClientError } from './errors.js'
import { notify } from '../foundation/listener.js'
import type { OnClientEvent } from './events.js'
import { createFetch } from './fetch.js'
import {
  funcOr,
  optionalFunc,
  type OptionTable,
  readOptions,
  text,
  value,
} from '../foundation/options.js'
import { readOrigins } from './origins.js'
import { ask, type Grant, type Target, type TokenSource } from './source.js'
import { createStepUps, type OnStepUp, readStepUp } from './step-up.js'

/** Options of `jwtClient`. */
export interface ClientOptions {
  /** Where tokens come from: `fromSession`, `selfSigned` or `forwarded`. */
  readonly source: TokenSource
  /**
   * Origins that may receive the token, such as `https://api.example`; no other does. Plain http is for loopback only.
   */
  readonly origins: readonly string[]
  /** The header field of the token. Default `authorization`. */
  readonly header?: string
  /** The word before the token; null: none. Default `Bearer` in `authorization`, none in another field. */
  readonly scheme?: string | null
  /** Default: the platform's. Not a dispatcher: see `jotgate/undici`. */
  readonly fetch?: typeof globalThis.fetch
  /**
   * Has the user log in again where a server asks for a recent or stronger login (RFC 9470), for all calls that wait at once.
   * Call `signIn` with the new tokens; when the promise resolves, the calls are sent once more, unless their user is another
   * now. When it rejects, and by default, the 401 is the answer.
   */
  readonly onStepUp?: OnStepUp
  readonly onEvent?: OnClientEvent
}

/** Sends calls with a token. */
export interface JwtClient extends Credentials {
  /** Like the platform's `fetch`, with the token for the configured origins. */
  readonly fetch: typeof globalThis.fetch
}

/**
 * A client that sends a token to the configured origins only. When the token is refused it gets another one, once per
 * call. A redirect to another origin is followed without the token.
 *
 * The adapters `jotgate/axios`, `/undici`, `/grpc-client` and `/connect-client` take this client.
 *
 * @throws ConfigError when an option is missing, unknown or invalid, such as an origin of plain http off loopback
 * @example
 * const client = jwtClient({ source: session, origins: ['https://api.example'] })
 * const orders = await client.fetch('https://api.example/orders')
 */
export function jwtClient(options: ClientOptions): JwtClient {
  const policy = readClientOptions(options)
  const { source, onEvent, field, origins } = policy
  const stepUps = createStepUps(source, policy.onStepUp)
  const credentialOf = (grant: Grant, target: Target): Credential =>
    Object.freeze({ fields: fieldsOf(policy, grant), grant, target, stepUps: stepUps.count })
  const parts = {
    field,
    origins,
    credential: async (origin: string, signal?: AbortSignal) => {
      if (!origins.has(origin)) {
        notify(onEvent, { kind: 'withheld', origin })
        return undefined
      }
      const target = Object.freeze({ origin, signal })
      return credentialOf(await ask(() => source.grant(target), target), target)
    },
    renew: async (refused: Credential, challenge?: string | null) => {
      const { grant, target } = refused
      const wanted = readStepUp(challenge)
      const other = await ask(
        async () => (wanted ? stepUps.after(refused, wanted) : source.renew?.(grant, target)),
        target,
      )
      // After a step-up it may be the same object: the new token is in a cookie.
      const again = wanted || other !== grant ? other : undefined
      const kind = again ? 'retried' : 'step-up-required'
      if (wanted || again) notify(onEvent, { kind, origin: target.origin })
      return again && credentialOf(again, target)
    },
  }
  return Object.freeze({ ...parts, fetch: createFetch(parts, policy.fetch) })
}

/** Options of `jwtClient`. */
export const clientTable = {
  source: value('token source', readSource),
  origins: value('array of origins', readOrigins),
  header: value('name of a header field', readHeader, { default: 'authorization' }),
  scheme: value('text or null', readScheme, { optional: true }),
  fetch: optionalFunc<typeof globalThis.fetch>(),
  onStepUp: funcOr<OnStepUp>(() => Promise.reject(new Error())),
  onEvent: optionalFunc<OnClientEvent>(),
} satisfies OptionTable<keyof ClientOptions>

interface ClientPolicy {
  readonly source: TokenSource
  readonly field: string
  readonly scheme: string | null
  readonly origins: ReadonlySet<string>
  readonly fetch: typeof globalThis.fetch
  readonly onStepUp: OnStepUp
  readonly onEvent: OnClientEvent | undefined
}

function readClientOptions(options: ClientOptions): ClientPolicy {
  const { header: field, fetch, ...values } = readOptions('jwtClient', clientTable, options)
  const { scheme = field === 'authorization' ? 'Bearer' : null } = values
  return Object.freeze({
    ...values,
    ...{ field, scheme },
    // Looked up at each call; the platform requires it to be called on its own global object.
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
  })
}

function readSource(given: unknown, option: string): TokenSource {
  const source = given as Partial<TokenSource> | undefined | null // a caller in plain JavaScript
  if (typeof source?.grant === 'function') return source as TokenSource // known by its one function
  throw new ConfigError(option, 'must be a token source, such as fromSession()')
}

function readHeader(given: unknown, option: string): string {
  const header = text().read(given, option)
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(header)) return header.toLowerCase()
  throw new ConfigError(option, 'must be the name of a header field')
}

function readScheme(given: unknown, option: string): string | null {
  return given === null ? null : text().read(given, option)
}

function fieldsOf({ field, scheme }: ClientPolicy, { token }: Grant): Credential['fields'] {
  if (token === undefined) return {}
  // A platform's error about an invalid field would quote it.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    throw new ClientError('TOKEN_UNUSABLE')
  return Object.freeze({ [field]: scheme === null ? token : `${scheme} ${token}` })
}

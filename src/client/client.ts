import { ConfigError } from '../foundation/errors.js'
import { type Credential, type Credentials } from './credential.js'
import { ClientError } from './errors.js'
import { tell, type OnClientEvent } from './events.js'
import { createFetch } from './fetch.js'
import { checkClientOptions, requireText } from './options.js'
import { readOrigins } from './origins.js'
import { ask, type Grant, type Target, type TokenSource } from './source.js'

/** How calls get their token. */
export interface ClientOptions {
  readonly source: TokenSource
  /** Where the token may go, such as `https://api.example`; it goes nowhere else. Plain http is for loopback only. */
  readonly origins: readonly string[]
  /** The field the token goes into. Default `authorization`. */
  readonly header?: string
  /** What stands before the token; null: nothing. Default `Bearer` in `authorization`, nothing in another field. */
  readonly scheme?: string | null
  /** Default: the platform's. Not a dispatcher: see `jotgate/undici`. */
  readonly fetch?: typeof globalThis.fetch
  readonly onEvent?: OnClientEvent
}

/** Calls with a token. */
export interface JwtClient extends Credentials {
  /** As the platform's `fetch`, with the token for the configured origins. */
  readonly fetch: typeof globalThis.fetch
}

/**
 * A client that sends a token to the configured origins and nowhere else, and gets another one when it is refused, once
 * a call. A redirect to an origin that is not configured goes on without the token.
 *
 * The adapters `jotgate/axios`, `/undici`, `/grpc-client` and `/connect-client` take what it returns.
 *
 * @throws ConfigError when an option is missing, unknown or can not work, such as an origin of plain http off loopback
 * @example
 * const client = jwtClient({ source: session, origins: ['https://api.example'] })
 * const orders = await client.fetch('https://api.example/orders')
 */
export function jwtClient(options: ClientOptions): JwtClient {
  const policy = resolve(options)
  const { source, onEvent } = options
  const { field, origins } = policy
  const credentialOf = (grant: Grant, target: Target): Credential =>
    Object.freeze({ fields: fieldsOf(policy, grant), grant, target })
  const parts = {
    field,
    origins,
    credential: async (origin: string, signal?: AbortSignal) => {
      if (!origins.has(origin)) {
        tell(onEvent, { kind: 'withheld', origin })
        return undefined
      }
      const target = Object.freeze({ origin, signal })
      return credentialOf(await ask(() => source.grant(target), target), target)
    },
    renew: async ({ grant, target }: Credential) => {
      const other = await ask(async () => source.renew?.(grant, target), target)
      if (other === undefined || other === grant) return undefined
      tell(onEvent, { kind: 'retried', origin: target.origin })
      return credentialOf(other, target)
    },
  }
  return Object.freeze({ ...parts, fetch: createFetch(parts, policy.fetch) })
}

interface ClientPolicy {
  readonly field: string
  readonly scheme: string | null
  readonly origins: ReadonlySet<string>
  readonly fetch: typeof globalThis.fetch
}

function resolve(options: ClientOptions): ClientPolicy {
  checkClientOptions('jwtClient', options, {
    known: ['source', 'origins', 'header', 'scheme', 'fetch', 'onEvent'],
    functions: ['fetch', 'onEvent'],
  })
  const source = options.source as Partial<TokenSource> | undefined // callers in plain JavaScript
  if (typeof source?.grant !== 'function')
    throw new ConfigError(
      'jwtClient.source',
      'must be a source of tokens, such as fromSession makes',
    )
  const { header = 'authorization', fetch } = options
  requireText('jwtClient.header', header)
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header))
    throw new ConfigError('jwtClient.header', 'must be the name of a header field')
  const field = header.toLowerCase()
  const { scheme = field === 'authorization' ? 'Bearer' : null } = options
  if (scheme !== null) requireText('jwtClient.scheme', scheme)
  return Object.freeze({
    field,
    scheme,
    origins: readOrigins('jwtClient.origins', options.origins),
    // Looked up at each call, and called as the platform wants it: by its own global object.
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
  })
}

function fieldsOf({ field, scheme }: ClientPolicy, { token }: Grant): Credential['fields'] {
  if (token === undefined) return {}
  // What a platform says about a field it can not send quotes it.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    throw new ClientError('TOKEN_UNUSABLE')
  return Object.freeze({ [field]: scheme === null ? token : `${scheme} ${token}` })
}

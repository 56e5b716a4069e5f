import { AuthError } from '../foundation/errors.js'
import { isError } from '../foundation/realms.js'
import { remoteJwks, type RemoteJwks } from '../key-sources/remote-jwks.js'
import { metadataUrl } from '../key-sources/remote/discovery.js'
import { download } from '../key-sources/remote/download.js'
import { usualFetch, type GuardedFetch } from '../key-sources/remote/guarded-fetch.js'
import { RemoteProblem } from '../key-sources/remote/problem.js'
import { checkUrl, readPlace, type Places } from '../key-sources/remote/set-url.js'
import { holdDocument } from './held-document.js'
import { isLoopbackHost, type RelyingPartyValues } from './options.js'

/** What a site needs of a provider's metadata (OpenID Connect Discovery section 3), each address checked. */
export interface ProviderMetadata {
  /** For the browser. */
  readonly authorizationEndpoint: string
  /** For the browser; undefined: the provider has no logout. */
  readonly endSessionEndpoint: string | undefined
  /** For this server. */
  readonly tokenEndpoint: URL
  /** For this server; undefined: tokens cannot be revoked there. */
  readonly revocationEndpoint: URL | undefined
  /** For this server; undefined: the provider has none. */
  readonly userinfoEndpoint: URL | undefined
  readonly keys: RemoteJwks
  /** Whether every answer to a login says whose it is (RFC 9207 section 3). */
  readonly namesIssuer: boolean
}

/** The provider of a site, as it describes itself. */
export interface Provider {
  /** Fetched with the first use, kept for an hour, and for a day while it cannot be fetched anew. @throws AuthError PROVIDER_UNAVAILABLE */
  metadata(): Promise<ProviderMetadata>
  readonly fetch: GuardedFetch
}

type ProviderOptions = Pick<
  RelyingPartyValues,
  'issuer' | 'serverAddress' | 'reach' | 'fetch' | 'timeoutMs' | 'now' | 'idTokenAlgorithms'
>

/**
 * Finds a provider by its issuer, with the rules of the library's other requests: fixed addresses, no redirect, limits of
 * size and time.
 *
 * @example const { tokenEndpoint } = await createProvider(values).metadata()
 */
export function createProvider(options: ProviderOptions): Provider {
  const places = placesOf(options)
  const fetch = options.fetch ?? usualFetch(places)
  const discovering = { ...options, fetch, places }
  const hold = holdDocument<Discovered>(async (before) => {
    try {
      return await discover(discovering, before)
    } catch (cause) {
      throw cause instanceof AuthError ? cause : providerUnavailable(cause)
    }
  }, options.now)
  return Object.freeze({
    fetch,
    metadata: async () => (await hold()).metadata,
  } satisfies Provider)
}

/** The refusal when a provider does not do what it must; what lies behind it is its cause. */
export function providerUnavailable(cause: unknown): AuthError {
  return new AuthError('PROVIDER_UNAVAILABLE', {}, { cause })
}

function placesOf({ issuer, serverAddress, reach }: ProviderOptions): Places {
  const { hostname } = new URL(issuer)
  const usual = isLoopbackHost(hostname) ? 'loopback' : 'public'
  const inside = serverAddress === undefined ? undefined : new URL(serverAddress)
  if (inside === undefined) return { reach: reach ?? usual, insecureHttp: [] }
  const port = inside.port === '' ? '80' : inside.port
  const place = inside.protocol === 'http:' ? readPlace(`${inside.hostname}:${port}`) : undefined
  return { reach: reach ?? 'private', insecureHttp: place === undefined ? [] : [place] }
}

/** Metadata, and where the keys in them come from. */
interface Discovered {
  readonly metadata: ProviderMetadata
  readonly jwksUri: string
}

interface Discovering extends ProviderOptions {
  readonly fetch: GuardedFetch
  readonly places: Places
}

async function discover(options: Discovering, held: Discovered | undefined): Promise<Discovered> {
  const { issuer, fetch, timeoutMs } = options
  const url = fromHere(metadataUrl('openid', issuer), options)
  const answer = await download(url, { fetch, timeoutMs, types: ['application/json'] })
  if (answer.kind !== 'document') throw wrong('are missing')
  const { document } = answer
  // Exactly, or one server could speak for another (OpenID Connect Discovery section 4.3).
  if (document['issuer'] !== issuer)
    throw new AuthError('LOGIN_ISSUER', {}, { cause: wrong('name another issuer') })
  const jwks = forServer(document, 'jwks_uri', options)
  const keys = jwks.href === held?.jwksUri ? held.metadata.keys : keysAt(jwks, options)
  const ifThere = <T>(name: string, read: (from: Document, name: string, of: Discovering) => T) =>
    document[name] === undefined ? undefined : read(document, name, options)
  const metadata = {
    authorizationEndpoint: forBrowser(document, 'authorization_endpoint', options),
    endSessionEndpoint: ifThere('end_session_endpoint', forBrowser),
    tokenEndpoint: forServer(document, 'token_endpoint', options),
    revocationEndpoint: ifThere('revocation_endpoint', forServer),
    userinfoEndpoint: ifThere('userinfo_endpoint', forServer),
    keys,
    namesIssuer: document['authorization_response_iss_parameter_supported'] === true,
  }
  return { metadata: Object.freeze(metadata), jwksUri: jwks.href }
}

function keysAt(url: URL, { idTokenAlgorithms, places, fetch, now }: Discovering): RemoteJwks {
  // A set is asked for without a body, as every fetch can.
  return remoteJwks(url, { algorithms: idTokenAlgorithms, ...places, fetch, now })
}

type Document = Readonly<Record<string, unknown>>

/** An address that this server asks: at the server's own address, where there is one. */
function forServer(document: Document, name: string, options: Discovering): URL {
  const url = fromHere(addressIn(document, name), options)
  if (checkUrl(url, options.places) !== undefined) throw wrong(`have a ${name} that is not allowed`)
  return url
}

/** An address that a browser opens: https, and never the address that only this server knows. */
function forBrowser(document: Document, name: string, options: Discovering): string {
  const { issuer, serverAddress } = options
  const url = addressIn(document, name)
  const own = new URL(issuer)
  const found = url.origin === serverAddress ? moved(url, own.origin) : url
  const isLocal = found.protocol === 'http:' && isLoopbackHost(own.hostname)
  if (found.protocol !== 'https:' && !(isLocal && isLoopbackHost(found.hostname)))
    throw wrong(`have a ${name} that is not allowed`)
  if (found.hash !== '' || found.username !== '') throw wrong(`have a ${name} that is not allowed`)
  return found.href
}

function addressIn(document: Document, name: string): URL {
  const given = document[name]
  if (typeof given === 'string' && URL.canParse(given)) return new URL(given)
  throw wrong(`have no ${name}`)
}

function fromHere(url: URL, { issuer, serverAddress }: ProviderOptions): URL {
  if (serverAddress === undefined || url.origin !== new URL(issuer).origin) return url
  return moved(url, serverAddress)
}

function moved(url: URL, origin: string): URL {
  return new URL(`${url.pathname}${url.search}`, origin)
}

function wrong(problem: string): RemoteProblem {
  return new RemoteProblem('metadata', `the issuer's metadata ${problem}`)
}

/** The fixed sentence of a problem with another server, or its code; never an address. */
export function problemOf(error: unknown): string | undefined {
  if (error instanceof RemoteProblem) return error.message
  if (error instanceof AuthError) return error.code
  return isError(error) ? error.name : undefined
}

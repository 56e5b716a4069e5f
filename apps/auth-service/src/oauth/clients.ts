import { SetupFault } from '../foundation/setup-fault.js'
import type { IdTokenAlgorithm } from './id-token-algorithms.js'

/** The grant type of a token exchange (RFC 8693 section 2.1). */
export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** The grants that a client's own row names: an earlier release knows no others, and could not read the row. */
export const storedGrants = ['client_credentials', 'refresh_token', tokenExchange] as const

/**
 * The grants of a client (RFC 6749 sections 4.1, 4.4 and 6, RFC 8693). There is no `password` grant (RFC 9700 section 2.4). A
 * client has `authorization_code` exactly when it has {@link OAuthClient.signIn}.
 */
export const grants = [...storedGrants, 'authorization_code'] as const

/** One of {@link grants}. */
export type Grant = (typeof grants)[number]

/** Where a client differs from the configuration, in seconds. Lifetimes never exceed the configuration's. */
export interface ClientPolicy {
  /** Lifetime of its access tokens. */
  readonly accessTtl?: number | undefined
  /** Its sessions end this long after login. */
  readonly refreshTtl?: number | undefined
  /** How long a replaced refresh token gets the same successor again. */
  readonly grace?: number | undefined
  /** How long a replaced refresh token may still recover the session. */
  readonly recoverWithin?: number | undefined
}

/** How a client logs users in at `/oauth/authorize`; names as in RFC 7591 and OpenID Connect Dynamic Client Registration. */
export interface ClientSignIn {
  /** At least one; compared letter by letter. */
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** `native`: an app on a device, with loopback addresses or a scheme of its own (RFC 8252). */
  readonly applicationType: 'web' | 'native'
  readonly idTokenAlg: IdTokenAlgorithm
  /** Where this service sends logout tokens; undefined: nowhere. */
  readonly backchannelLogoutUri: string | undefined
  /** Whether requests without PKCE are refused: always for public clients, by default for all. */
  readonly requirePkce: boolean
  /** `never` for the company's own clients, `ask` for those of others. */
  readonly consent: 'never' | 'ask'
  /** Whether its sessions go on when the user logs out of the browser: for programs at a command line. */
  readonly offline: boolean
  /** Users with one of these roles may log in there; empty: every user. */
  readonly allowedRoles: readonly string[]
}

/** How a client is to log users in: what is left out is `web`, RS256, PKCE, no consent, every user, and nothing else. */
export type NewSignIn = Pick<ClientSignIn, 'redirectUris'> & {
  readonly [field in keyof ClientSignIn]?: ClientSignIn[field] | undefined
}

/** The public keys of a client that authenticates by `private_key_jwt` (OpenID Connect Core section 9). */
export type ClientKeys =
  | { readonly kind: 'jwks'; readonly jwks: ClientJwks }
  /** Fetched from there when they are needed, so that the client can rotate them by itself. */
  | { readonly kind: 'jwksUri'; readonly jwksUri: string }

/** A JWK set with public keys (RFC 7517). */
export interface ClientJwks {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/** A program that gets tokens: another service, or an app. The hash of its secret never leaves the database. */
export interface OAuthClient {
  /** `client-` and 128 random bits: no user has such an id, so the `sub` of a token is unambiguous. */
  readonly id: string
  readonly name: string
  /** `public`: it cannot keep a secret, so anyone can use its id. */
  readonly kind: 'confidential' | 'public'
  readonly grants: readonly Grant[]
  /** The widest scope of its tokens. */
  readonly scopes: readonly string[]
  /**
   * Allowed audiences of its tokens, the first one by default; it may also ask about tokens for these audiences. It exchanges
   * tokens that are for the first one into tokens for the further ones.
   */
  readonly audiences: readonly string[]
  /** Whether the access tokens of its users' sessions have the claim `roles`. */
  readonly receivesRoles: boolean
  /** Origins of its pages, exactly as browsers send them: only these may call by it. Only a public client has any. */
  readonly origins: readonly string[]
  /** Undefined: no user can log in there by a redirect. */
  readonly signIn: ClientSignIn | undefined
  /** Undefined: it authenticates by its secret, or is public. With keys there is no secret. */
  readonly keys: ClientKeys | undefined
  readonly policy: ClientPolicy
  readonly disabled: boolean
  /** Unix time in seconds. */
  readonly createdAt: number
  /** The previous secret is valid until then (Unix time in seconds); undefined when it is not valid. */
  readonly oldSecretUntil: number | undefined
}

/** A client to be registered. */
export type NewClient = Pick<OAuthClient, 'name' | 'kind' | 'grants' | 'scopes' | 'audiences'> &
  Partial<Pick<OAuthClient, 'policy' | 'receivesRoles' | 'origins'>> &
  SignInChange

/** How a client logs users in, and its keys: each is replaced as a whole, and null takes it away. */
export interface SignInChange {
  readonly signIn?: NewSignIn | null | undefined
  readonly keys?: ClientKeys | null | undefined
}

/** A client and its secret, which is returned only once; a public client has none, nor one with keys. */
export interface CreatedClient {
  readonly client: OAuthClient
  readonly secret: string | undefined
}

/**
 * A change; omitted fields stay, and a policy is replaced as a whole. A client's kind never changes. Keys end its secrets;
 * without them again, it needs a new secret by {@link OAuthClients.rotateSecret}.
 */
export type ClientChange = Partial<
  Pick<
    OAuthClient,
    'name' | 'grants' | 'scopes' | 'audiences' | 'receivesRoles' | 'origins' | 'policy' | 'disabled'
  >
> &
  SignInChange

/** A new secret, which is returned only once, and how long the previous one is also valid (Unix time in seconds). */
export interface RotatedSecret {
  readonly secret: string
  readonly oldSecretUntil: number | undefined
}

/** How long the previous secret stays valid by default, in seconds. */
export const usualOverlap = 86_400

/** The longest time for which two secrets may be valid, in seconds. */
export const longestOverlap = 30 * 86_400

/** The credentials that a client presents: at most one of both. */
export interface ClientCredentials {
  readonly id: string
  readonly secret: string | undefined
  /** A JWT that the client has signed (RFC 7523 section 2.2). */
  readonly assertion?: string | undefined
}

/** A page of clients, ordered by their registration. */
export interface ClientQuery {
  /** The page begins after this client, the last one of the previous page, even if it was removed meanwhile. */
  readonly after?: Pick<OAuthClient, 'id' | 'createdAt'> | undefined
  readonly limit: number
}

/** The store of clients. When the database does not answer it rejects with `AuthError` `STORE_UNAVAILABLE`. */
export interface OAuthClients {
  /** At most `limit` clients, oldest first; fewer means the last page. */
  list(query: ClientQuery): Promise<readonly OAuthClient[]>
  byId(id: string): Promise<OAuthClient | undefined>
  /** The origins of all clients that are not disabled, some perhaps more than once: what a preflight is judged by. */
  origins(): Promise<readonly string[]>
  /** @throws ClientFault naming every wrong field */
  create(client: NewClient): Promise<CreatedClient>
  /**
   * Returns the changed client; undefined when there is none. A disabled client gets no tokens.
   *
   * @throws ClientFault naming every wrong field
   */
  change(id: string, change: ClientChange): Promise<OAuthClient | undefined>
  /** Returns whether the client existed. */
  remove(id: string): Promise<boolean>
  /**
   * Creates a new secret; the previous one stays valid for `keepOld` seconds, and an older one becomes invalid.
   * Undefined when the client does not exist.
   *
   * @throws ClientFault for a public client, one with keys, or an overlap longer than {@link longestOverlap}
   */
  rotateSecret(id: string, keepOld: number): Promise<RotatedSecret | undefined>
  /** Ends the previous secret, if any; returns the changed client, or undefined when there is none. */
  endOldSecret(id: string): Promise<OAuthClient | undefined>
  /**
   * The client with this id and this secret or the previous, still valid one, or with keys and an assertion that one of them
   * has signed; undefined if there is none or it is disabled. Secrets are compared in constant time.
   *
   * @throws AuthError KEYS_UNAVAILABLE when the client's set of keys cannot be fetched
   */
  authenticate(credentials: ClientCredentials): Promise<OAuthClient | undefined>
}

/** An invalid client. The message begins with the field. */
export class ClientFault extends SetupFault {}

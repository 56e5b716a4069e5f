import { SetupFault } from '../foundation/setup-fault.js'

/** What a client may trade for tokens (RFC 6749 sections 4.4 and 6). There is no `password` grant (RFC 9700 section 2.4). */
export const grants = ['client_credentials', 'refresh_token'] as const

/** One of {@link grants}. */
export type Grant = (typeof grants)[number]

/** Where a client differs from the configuration, in seconds. Lives are never longer than the configuration's. */
export interface ClientPolicy {
  /** Life of its access tokens. */
  readonly accessTtl?: number | undefined
  /** Its sessions end that long after login. */
  readonly refreshTtl?: number | undefined
  /** How long a replaced refresh token gets the same successor again. */
  readonly grace?: number | undefined
  /** How long a replaced refresh token may still recover the session. */
  readonly recoverWithin?: number | undefined
}

/** A program that gets tokens: another service, or an app. What its secret is checked with never leaves the database. */
export interface OAuthClient {
  /** `client-` and 128 random bits: no user has such an id, so that `sub` of a token has one meaning. */
  readonly id: string
  readonly name: string
  /** `public`: it can keep no secret, so that everybody can take its name. */
  readonly kind: 'confidential' | 'public'
  readonly grants: readonly Grant[]
  /** The widest scope of its tokens. */
  readonly scopes: readonly string[]
  /** Whom its tokens may be for, the first when it does not say; and for whom it may ask about tokens. */
  readonly audiences: readonly string[]
  readonly policy: ClientPolicy
  readonly disabled: boolean
  /** Unix time in seconds. */
  readonly createdAt: number
  /** The secret before the present one is good until then (Unix time in seconds); undefined when it is not. */
  readonly oldSecretUntil: number | undefined
}

/** A client that is to be registered. */
export type NewClient = Pick<OAuthClient, 'name' | 'kind' | 'grants' | 'scopes' | 'audiences'> &
  Partial<Pick<OAuthClient, 'policy'>>

/** A client and its secret, which is told this once; a public client has none. */
export interface CreatedClient {
  readonly client: OAuthClient
  readonly secret: string | undefined
}

/** What is to be otherwise; what is left out stays, and a policy is replaced as a whole. A client's kind is for good. */
export type ClientChange = Partial<
  Pick<OAuthClient, 'name' | 'grants' | 'scopes' | 'audiences' | 'policy' | 'disabled'>
>

/** Another secret, which is told this once, and until when the one before is good too (Unix time in seconds). */
export interface RotatedSecret {
  readonly secret: string
  readonly oldSecretUntil: number | undefined
}

/** How long the secret before stays good when nobody says, in seconds. */
export const usualOverlap = 86_400

/** The longest that two secrets may be good, in seconds. */
export const longestOverlap = 30 * 86_400

/** Who a client says it is. */
export interface ClientCredentials {
  readonly id: string
  readonly secret: string | undefined
}

/** Where clients live. A database that does not answer rejects with `AuthError` `STORE_UNAVAILABLE`. */
export interface OAuthClients {
  /** All of them, oldest first. */
  list(): Promise<readonly OAuthClient[]>
  byId(id: string): Promise<OAuthClient | undefined>
  /** @throws ClientFault naming every field that will not do */
  create(client: NewClient): Promise<CreatedClient>
  /**
   * The client as it then is; undefined when there is none. A client that is disabled gets no tokens.
   *
   * @throws ClientFault naming every field that will not do
   */
  change(id: string, change: ClientChange): Promise<OAuthClient | undefined>
  /** Whether there was one. */
  remove(id: string): Promise<boolean>
  /**
   * Another secret; the one before stays good for `keepOld` seconds, and one that was older is good no more. Undefined
   * when there is no such client.
   *
   * @throws ClientFault for a public client, or an overlap longer than {@link longestOverlap}
   */
  rotateSecret(id: string, keepOld: number): Promise<RotatedSecret | undefined>
  /** Ends the secret before the present one, where there is one; the client as it then is, undefined when there is none. */
  endOldSecret(id: string): Promise<OAuthClient | undefined>
  /** The client with this id and this secret or, while it is good, the one before; undefined when that is not so, or it is disabled, after the same work. */
  authenticate(credentials: ClientCredentials): Promise<OAuthClient | undefined>
}

/** A client that can not be registered so. The message begins with the field. */
export class ClientFault extends SetupFault {}

import type { KeyRing } from 'jotgate'

/** Algorithms of ID tokens (OpenID Connect Core section 15.1 asks for RS256): each has a ring of its own. */
export const idTokenAlgorithms = ['RS256', 'ES256'] as const

/** One of {@link idTokenAlgorithms}. */
export type IdTokenAlgorithm = (typeof idTokenAlgorithms)[number]

/** What an ID token says (OpenID Connect Core section 2). */
export interface IdTokenContent {
  /** The client: `aud`. */
  readonly client: string
  readonly algorithm: IdTokenAlgorithm
  readonly subject: string
  /** Of the session at the site: the same as in its access tokens. */
  readonly sid: string
  readonly authTime: number
  readonly amr: readonly string[]
  readonly acr: string | undefined
  /** Only in the first one of a session. */
  readonly nonce?: string | undefined
  /** For `at_hash`. */
  readonly accessToken: string
}

/** What a logout token says (OpenID Connect Back-Channel Logout section 2.4). */
export interface LogoutTokenContent {
  readonly client: string
  readonly algorithm: IdTokenAlgorithm
  readonly subject: string
  readonly sid: string
}

/** What an ID token that comes back as `id_token_hint` says. Its signature and issuer are good; it may have expired. */
export interface IdTokenHint {
  readonly client: string
  readonly subject: string
  readonly sid: string
}

/** Signs ID and logout tokens, with keys that stay published as long as sessions live. */
export interface IdTokens {
  sign(content: IdTokenContent): Promise<string>
  signLogout(content: LogoutTokenContent): Promise<string>
  /** Undefined for whatever is no ID token of this issuer. */
  readHint(token: string): Promise<IdTokenHint | undefined>
  /** For the published set: one for each of {@link idTokenAlgorithms}. */
  readonly rings: readonly KeyRing[]
  close(): void
}

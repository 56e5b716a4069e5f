/** What a code is bound to (RFC 6749 section 4.1.2, RFC 7636, RFC 8707, OpenID Connect Core section 3.1.2). */
export interface CodeGrant {
  readonly client: string
  readonly redirectUri: string
  /** By S256; undefined where the client's registration allows a request without. */
  readonly codeChallenge: string | undefined
  readonly nonce: string | undefined
  /** What was granted, each once. */
  readonly scope: readonly string[]
  /** `aud` of the access tokens: the resources that were asked for, or the first audience of the client. */
  readonly audience: readonly string[]
  readonly subject: string
  /** The session of the browser that the code comes from. */
  readonly ssoSid: string
  /** Unix seconds. */
  readonly authTime: number
  readonly amr: readonly string[]
  readonly acr: string | undefined
  /** Whether `max_age` was asked for, so that the ID token must have `auth_time`. */
  readonly wantsAuthTime: boolean
}

/** A code that was redeemed just now, or by an earlier request. */
export type Redeemed =
  | { readonly kind: 'redeemed'; readonly grant: CodeGrant }
  /** Presented a second time: `sid` is the session that it began, if one was begun. */
  | { readonly kind: 'again'; readonly sid: string | undefined; readonly seconds: number }
  /** No such code, one that has expired, or one of another client, redirect address or verifier: it stays as it was. */
  | { readonly kind: 'refused' }

/** Who presents a code, and with what. */
export interface Presented {
  readonly code: string
  readonly client: string
  readonly redirectUri: string | undefined
  readonly codeVerifier: string | undefined
}

/** Authorization codes: 256 random bits, kept as a hash for 60 seconds. */
export interface Codes {
  /** @returns the code */
  create(grant: CodeGrant): Promise<string>
  /** Redeems a code with one statement, so that of many requests at once one alone gets it. */
  redeem(presented: Presented): Promise<Redeemed>
}

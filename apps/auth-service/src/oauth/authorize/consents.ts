/** What a user has allowed a client. */
export interface Consent {
  readonly subject: string
  readonly client: string
  /** The scope that was allowed, each name once; consents for more are asked for anew. */
  readonly scope: readonly string[]
  /** `aud` of the tokens that were allowed. */
  readonly audience: readonly string[]
  /** Unix seconds. */
  readonly at: number
}

/** The consents that users have given. */
export interface Consents {
  /** Whether an earlier consent allows all of this. */
  covers(asked: Omit<Consent, 'at'>): Promise<boolean>
  /** Keeps a consent, beside what the user has allowed this client before. */
  give(consent: Omit<Consent, 'at'>): Promise<void>
  /** By client; those of clients that are gone too. */
  listOf(subject: string): Promise<readonly Consent[]>
  /** Forgets what a user has allowed a client; whether there was anything. Ending the sessions is the caller's part. */
  withdraw(subject: string, client: string): Promise<boolean>
}

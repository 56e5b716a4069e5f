import type { SecretSource } from 'jotgate'
import type { Exceptions, Places } from 'jotgate/extend'
import type { UserAttributes } from './user-attributes.js'
import type { RedisAddress } from './redis-address.js'
import type { Webhook } from './webhooks.js'

/** The configuration of the service; durations in seconds. */
export interface Configuration {
  /** Without a configuration file: a demo, on loopback only, with the user alice. Undefined with a configuration. */
  readonly demo: Demo | undefined
  /** The service's name in its log. */
  readonly name: string
  readonly host: string
  readonly port: number
  /** `iss` of the tokens. */
  readonly issuer: string
  /** `aud` of the tokens. */
  readonly audience: string
  /** Host names that requests may be addressed to, in addition to those of loopback. */
  readonly hosts: readonly string[]
  /** Origins of first-party pages, which may call `/user` and `/oauth`; the console works only at `ownOrigins` of them. */
  readonly origins: readonly string[]
  /** Lifetime of an access token. */
  readonly accessTtl: number
  /** A session ends at the latest this long after login. */
  readonly absoluteTtl: number
  /** A session ends when it has not been refreshed for this long. */
  readonly idleTtl: number
  /** How long a replaced refresh token gets the same successor again: for two tabs, or a lost answer. */
  readonly grace: number
  /** How long after that it may still recover the session; 0: it is refused, and the session ends. */
  readonly recoverWithin: number
  /** Live sessions that a user may have at one client; a login beyond them ends the least recently used one. */
  readonly maxSessions: number
  /** Revoked tokens, sessions and subjects that each process keeps in memory at most. */
  readonly maxRevocations: number
  /**
   * Failed logins before the next one must wait: of an account in a row, of an address in 15 minutes, of all in a
   * minute.
   */
  readonly loginLimits: LoginLimits
  /** The attributes that users may have, by name. */
  readonly userAttributes: UserAttributes
  /** Proxies whose `X-Forwarded-For` is trusted: addresses and networks. */
  readonly trustedProxies: readonly string[]
  readonly signing: Signing
  /** How long others may cache the published keys: a new one is published for longer before it signs. */
  readonly keySetMaxAge: number
  /**
   * The key of 32 bytes that encrypts the key ring, then the previous ones; undefined: one created in the data folder.
   */
  readonly encryptionKeys: readonly Buffer[] | undefined
  /** The secret of refresh tokens, then the previous ones; undefined: one created in the data folder. */
  readonly refreshSecrets: readonly Buffer[] | undefined
  /** The key of 32 bytes that the audit log is chained with, then the previous ones; undefined: see `openAuditKeys`. */
  readonly auditKeys: readonly Buffer[] | undefined
  /** How long rows of the audit log are kept. */
  readonly auditKeep: number
  /** The token that `/metrics` requires; undefined: it answers no one. */
  readonly metricsToken: SecretSource | undefined
  /** A port of loopback that answers `/metrics` without a token; undefined: there is none. */
  readonly metricsPort: number | undefined
  /** PostgreSQL; undefined: a file in the data folder. */
  readonly database: string | undefined
  /** Redis, for revocations and counters; undefined: these are in the database or in the process. */
  readonly redis: RedisAddress | undefined
  /** Replicas that must have a revocation before it counts as stored. */
  readonly redisReplicas: number
  /** How long a start waits for the database and Redis in total. */
  readonly startWithin: number
  /** Receivers of webhooks. */
  readonly webhooks: readonly Webhook[]
  /** Where users are kept, and are only read from; undefined: in the service's own table. */
  readonly users: UsersElsewhere | undefined
  /** Pages of others that a login shows. */
  readonly links: Links
  /** Who needs a second factor for the operations of administrators: no one, or each of them. */
  readonly secondFactor: 'never' | 'admins'
}

/** See {@link Configuration.links}; absent: none is shown. */
export interface Links {
  readonly signUp?: string | undefined
  readonly resetPassword?: string | undefined
}

/** See {@link Configuration.users}. */
export type UsersElsewhere =
  | {
      readonly kind: 'table'
      /** PostgreSQL; undefined: the service's own database. */
      readonly database: string | undefined
      readonly name: string
      readonly columns: {
        readonly id: string
        readonly username: string
        readonly passwordHash: string
        readonly email?: string | undefined
        readonly displayName?: string | undefined
        readonly roles?: string | undefined
        readonly disabled?: string | undefined
        readonly enabled?: string | undefined
      }
      /** Between roles in a text column; undefined: an array, or a JSON array. */
      readonly roleSeparator: string | undefined
      /** Whether names are compared without case. */
      readonly caseInsensitive: boolean
    }
  | {
      readonly kind: 'endpoint'
      /** Without a slash at its end. */
      readonly url: string
      readonly secret: SecretSource
      readonly timeoutMs: number
      readonly places: Places
    }

/** The secrets of a demo: made at each start, and printed. */
export interface Demo {
  /** The password of alice. */
  readonly password: string
  readonly metricsToken: string
}

/** The durations of sessions and their tokens. */
export type SessionTimes = Pick<
  Configuration,
  'accessTtl' | 'absoluteTtl' | 'idleTtl' | 'grace' | 'recoverWithin'
>

/** See {@link Configuration.loginLimits}. */
export interface LoginLimits {
  readonly account: number
  readonly address: number
  readonly service: number
}

/** How access tokens are signed: with a ring of keys, or with a secret shared with other services. */
export type Signing =
  | {
      readonly kind: 'ring'
      readonly algorithm: 'ES256' | 'ES384' | 'ES512' | 'EdDSA' | 'PS256' | 'RS256'
      readonly rotateEvery: number
    }
  | {
      readonly kind: 'secret'
      readonly current: SecretSource
      readonly previous: SecretSource | undefined
      /** A secret that is short or can be guessed is taken until a day. */
      readonly accept?: Exceptions | undefined
    }

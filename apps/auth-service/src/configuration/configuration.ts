import type { SecretSource } from 'jotgate'
import type { RedisAddress } from './redis-address.js'

/** What the service is told to be; times in seconds. */
export interface Configuration {
  /** Without a configuration file: a demo, on loopback only, with the user alice. */
  readonly demo: boolean
  /** What the service is called in its log. */
  readonly name: string
  readonly host: string
  readonly port: number
  /** `iss` of the tokens. */
  readonly issuer: string
  /** `aud` of the tokens. */
  readonly audience: string
  /** Host names requests may be addressed to, beside those of loopback. */
  readonly hosts: readonly string[]
  /** Origins of the service's own pages: where the console may be used from. */
  readonly origins: readonly string[]
  /** Life of an access token. */
  readonly accessTtl: number
  /** A session ends this long after login, whatever happens. */
  readonly absoluteTtl: number
  /** A session ends when it has not been refreshed for this long. */
  readonly idleTtl: number
  /** How long a refresh token that was just replaced gets the same successor again: two tabs, a lost reply. */
  readonly grace: number
  /** How long after that it may still recover the session; 0: it is refused, and the session ends. */
  readonly recoverWithin: number
  /** Failed logins before the next one has to wait: of an account in a row, of an address in 15 minutes, of all in a minute. */
  readonly loginLimits: LoginLimits
  /** Proxies whose `X-Forwarded-For` is believed: addresses and networks. */
  readonly trustedProxies: readonly string[]
  readonly signing: Signing
  /** How long others may keep the published keys: a new one is published for longer before it signs. */
  readonly keySetMaxAge: number
  /** 32 bytes that the key ring is encrypted with, and the ones before; undefined: one made in the data folder. */
  readonly encryptionKeys: readonly Buffer[] | undefined
  /** What tags refresh tokens, and what did before; undefined: one made in the data folder. */
  readonly refreshSecrets: readonly Buffer[] | undefined
  /** What a caller of `/metrics` has to have; undefined: it is for this machine only. */
  readonly metricsToken: SecretSource | undefined
  /** PostgreSQL; undefined: a file in the data folder. */
  readonly database: string | undefined
  /** Redis, for revocations and counters; undefined: they are in the database too, or in the process. */
  readonly redis: RedisAddress | undefined
  /** Replicas that must have a revocation before it counts as kept. */
  readonly redisReplicas: number
  /** How long a start waits for the database and Redis, over all its steps. */
  readonly startWithin: number
}

/** The times that sessions and their tokens go by. */
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

/** What access tokens are signed with: keys that replace one another, or a secret that others share. */
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
    }

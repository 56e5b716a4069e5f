// Gates and signers of jwt-api. Generated from its .api file: changes are lost.
import {
  AuthError,
  createSigner,
  createVerifier,
  hmacKey,
  createGate,
  type Claims,
  type GateOptions,
  type Signer,
  type VerifiedToken,
} from 'jotgate'
import { type Config, type TokenPolicy } from './config.js'
import { type Gates, type GuardName } from './guards.js'

/** Signs access tokens for a guard. */
export type Signers = { readonly [name in GuardName]: Signer }

/** What every gate of the service has in common. */
export type GatesOptions = Pick<GateOptions<Claims>, 'extract' | 'isRevoked' | 'authorize' | 'onEvent' | 'render'>

interface Secrets extends TokenPolicy {
  readonly secret: string
  readonly previous: string | null
  readonly life: number
}

export function verifier({ secret, previous, ...policy }: Secrets): (token: string) => Promise<VerifiedToken> {
  const current = one(secret, policy)
  if (previous === null) return current
  const former = one(previous, policy)
  return async (token) => {
    try {
      return await current(token)
    } catch (error) {
      // Only a signature of another key is a reason to ask the previous one.
      if (!(error instanceof AuthError) || error.code !== 'SIGNATURE_INVALID') throw error
      return former(token)
    }
  }
}

function one(secret: string, { Issuer, Audience, Type = 'at+jwt' }: TokenPolicy): (token: string) => Promise<VerifiedToken> {
  return createVerifier({
    keys: hmacKey(Buffer.from(secret), 'HS256'),
    algorithms: ['HS256'],
    issuer: Issuer ?? null,
    audience: Audience ?? null,
    typ: Type,
  })
}

export function signer({ secret, life, Issuer, Audience, Type = 'at+jwt' }: Secrets): Signer {
  return createSigner({
    key: hmacKey(Buffer.from(secret), 'HS256'),
    issuer: Issuer ?? null,
    audience: Audience ?? null,
    expiresIn: life,
    typ: Type,
  })
}

/** The gate of each guard. */
export function createGates(config: Config, options: GatesOptions = {}): Gates {
  return {
    JwtAuth: createGate({ ...options, verify: verifier({ ...config.JwtAuth, secret: config.JwtAuth.AccessSecret, previous: null, life: config.JwtAuth.AccessExpire }) }),
  }
}

/** The signer of each guard, for whoever logs callers in. */
export function createSigners(config: Config): Signers {
  return {
    JwtAuth: signer({ ...config.JwtAuth, secret: config.JwtAuth.AccessSecret, previous: null, life: config.JwtAuth.AccessExpire }),
  }
}

import { hkdfSync } from 'node:crypto'
import { ConfigError } from '../foundation/errors.js'
import { createGate, type Gate } from '../gate/index.js'
import type { Algorithm } from '../key/index.js'
import { createKeyRing, type KeyRing } from '../key-sources/index.js'
import { createRevocation, type Revocation } from '../revocation/index.js'
import { createServiceKeys, createSessions, type Sessions } from '../session/index.js'
import {
  createSigner,
  createVerifier,
  type Claims,
  type ClaimsSchema,
  type Verifier,
  type VerifiedToken,
  type VerifierOptions,
} from '../token/index.js'
import { readAuthOptions, type AuthOptions, type AuthPolicy } from './auth-options.js'
import { finishRegularly } from './finish-regularly.js'

/** The parts of an application's login, wired together. Each is what the factory of its name makes. */
export interface Auth<C = Claims> {
  /** Begins, refreshes and ends sessions: give it to `sessionRoutes`. */
  readonly sessions: Sessions
  /** Guards routes: give it to the adapter of your framework. */
  readonly gate: Gate<C>
  /** Verifies an access token of these sessions, for gates of your own. It does not ask whether the token was revoked. */
  readonly verify: Verifier<C>
  /** The revoked tokens: `isRevoked` for gates of your own, `status()` for a health page. */
  readonly revocation: Revocation
  /** The signing keys: `publishedSet()` is what `/.well-known/jwks.json` answers to other services. */
  readonly keys: KeyRing
  /** Stops following the stores. It closes no database: that is yours. */
  close(): Promise<void>
}

/**
 * Sessions, revocation, signing keys and a gate over one set of stores, from one secret: what an application needs for
 * login, refresh, logout and guarded routes. Signing keys are made, replaced and kept in the store by themselves.
 *
 * All processes over one store need the same `issuer` and `secret`. For other wiring call the factories themselves; this
 * does nothing that they cannot.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous; AuthError STORE_UNAVAILABLE
 * @example
 * const { gate, sessions } = await createAuth({ issuer: 'https://shop.example', stores, secret, loadSubject })
 * app.use('/auth', sessionRoutes(sessions, { gate, login }))
 * app.use(auth(gate))
 */
export function createAuth<C>(
  options: AuthOptions<C> & { readonly claims: ClaimsSchema<C> },
): Promise<Auth<C>>
export function createAuth(options: AuthOptions): Promise<Auth>
export async function createAuth(options: unknown): Promise<Auth<unknown>> {
  const policy = readAuthOptions(options)
  const { revocation, keys, sessions } = partsOf(policy)
  const closeFeeds = () => {
    revocation.close()
    keys.close()
  }
  try {
    await Promise.all([keys.start(), revocation.start()])
  } catch (error) {
    closeFeeds()
    throw namingSecret(error)
  }
  const verify = verifierOf(policy, keys)
  const isRevoked = (token: VerifiedToken<unknown>) => revocation.isRevoked(token)
  const gate = createGate<unknown>({ ...policy.gate, verify, isRevoked })
  const stop = finishRegularly(sessions, policy.onError)
  const close = async () => {
    await stop()
    closeFeeds()
  }
  return Object.freeze({ sessions, gate, verify, revocation, keys, close })
}

/** Who calls `createAuth` gave a secret and no `encryptionKey`. */
function namingSecret(error: unknown): unknown {
  if (!(error instanceof ConfigError) || error.option !== 'encryptionKey') return error
  return new ConfigError(
    'createAuth.secret',
    `does not open the signing keys in these stores (${error.message}); the secret of before belongs into previousSecrets`,
  )
}

function partsOf(policy: AuthPolicy) {
  const { issuer, audience = issuer, stores, accessTtl, algorithm, claims, loadSubject } = policy
  const secrets = [policy.secret, ...policy.previousSecrets]
  const revocation = createRevocation({
    ...policy.revocation,
    ...{ store: stores.revocations, issuer, accessTtl },
  })
  const keys = createKeyRing({
    ...policy.keys,
    ...{ store: stores.keys, algorithm, tokenLife: accessTtl },
    encryptionKey: secrets.map((secret) => derive(secret, 'jotgate auth ring v1')),
  })
  const sign = createSigner({
    ...{ issuer, audience, key: keys.signingKey, expiresIn: accessTtl, typ: 'at+jwt' },
    issuedAfter: (payload) => revocation.cutOffsAhead(payload),
  })
  const sessions = createSessions({
    ...policy.sessions,
    ...{ sign, store: stores.sessions, accessTtl, loadSubject },
    ...(claims && { claims }),
    serviceKey: serviceKeysOf(secrets),
    revoke: (entry) => revocation.revoke(entry),
    isRevoked: (sid) => revocation.isSidRevoked(sid),
  })
  return { revocation, keys, sessions }
}

/** Keys that are in the ring keep the algorithm they were made with. */
function verifierOf(policy: AuthPolicy, keys: KeyRing): Verifier<unknown> {
  const { issuer, audience = issuer, accessTtl, algorithm, claims } = policy
  const inRing = keys.list().map(({ alg }) => alg as Algorithm) // a ring has no others
  const options: VerifierOptions<unknown> = {
    ...{ keys, issuer, audience, typ: 'at+jwt', algorithms: [...new Set([algorithm, ...inRing])] },
    ...(claims && { claims }),
    maxTokenAge: accessTtl, // no token outlives the revocations kept for it
  }
  return createVerifier(options)
}

/** One key for each purpose (RFC 5869): what is found out about one says nothing about the others. */
function derive(secret: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), purpose, 32))
}

function serviceKeysOf(secrets: readonly Uint8Array[]) {
  const [current = new Uint8Array(), ...previous] = secrets.map((secret) =>
    derive(secret, 'jotgate auth refresh v1'),
  )
  return createServiceKeys({ current, previous })
}

import { checkClaims } from './claims.js'
import { createExplain, type Explanation } from './explain.js'
import { findKey } from './key-source.js'
import { checkHeader } from './header.js'
import {
  checkLength,
  checkSignature,
  decodeHeader,
  decodePayload,
  splitCompact,
  type CompactParts,
} from './jws.js'
import { HeaderMemory } from './memory/header-memory.js'
import { createCache, type CacheUse } from './memory/recall.js'
import { applySchema } from './schema.js'
import type { Claims, JoseHeader, VerifiedToken } from './token.js'
import { pickIssuer, type IssuerPolicy } from './trusted-issuers.js'
import {
  readVerifierOptions,
  type ClaimsWith,
  type PlainOptions,
  type SchemaOptions,
  type VerifierOptions,
  type VerifierPolicy,
} from './verifier-options.js'

/** Verifies tokens by one policy: resolves with the verified token, or rejects with an AuthError. */
// An intersection: TypeScript infers a call of a generic function that returns a plain function type after everything
// else, and inside `createGate` its claims would be unknown by then.
export type Verifier<C = Claims> = ((token: string) => Promise<VerifiedToken<C>>) & VerifierMethods

/** What a verifier can be asked beside a token. */
export interface VerifierMethods {
  /** Every check with its verdict, also those after a failed one. Agrees with the verifier on every token. */
  explain(token: string): Promise<Explanation>
  /** Hits and misses of its cache so far; undefined when it has none. */
  cacheUse(): CacheUse | undefined
}

/**
 * Builds a verifier. It checks length and shape, the header with its pinned `alg`, the signature with the right key,
 * and the claims, in this order; `steps.ts` lists every check.
 *
 * Algorithms, issuer and audience have no default. `null` opts out of the last two and is visible in review.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous; the verifier itself rejects with AuthError
 * @example
 * const verify = createVerifier({ keys: key, algorithms: ['ES256'], issuer: 'https://auth.example', audience: 'api' })
 * const { claims } = await verify(token)
 */
export function createVerifier<
  const Name extends string = never,
  Expiry extends 'required' | 'optional' = 'required',
>(options: PlainOptions<Name, Expiry>): Verifier<ClaimsWith<Name, Expiry>>
/** With a schema: its output is the type of the claims. A type that no schema makes, `createVerifier<Mine>`, is refused. */
export function createVerifier<C>(options: SchemaOptions<C>): Verifier<C>
/** With options of which it is not known whether they have a schema. */
export function createVerifier(options: VerifierOptions<unknown>): Verifier<unknown>
export function createVerifier<C>(options: VerifierOptions<C>): Verifier<C> {
  const policy = readVerifierOptions(options)
  const memory = new HeaderMemory()
  const cache = createCache(policy)

  // The list of steps.ts written out, because every request pays for it: a loop over it takes five times as long.
  const verify = async (token: string): Promise<VerifiedToken<C>> => {
    checkLength(token, policy.maxLength)
    const found = cache?.recall(token)
    if (found) return found.isFixed ? found.verified : runSchemaAgain(policy, found.verified)
    const parts = splitCompact(token)
    const known = memory.find(parts.header)
    const unverifiedHeader = known?.header ?? decodeHeader(parts.header)
    const chosen = choose(policy, parts)
    const { issuer, early } = chosen instanceof Promise ? await chosen : chosen
    const header =
      known?.issuer === issuer ? known.header : checkHeader(unverifiedHeader, issuer.header)
    const version = issuer.keys.version() // read before the key is found, so that no change in between is missed
    const keys = findKey(issuer.keys, header)
    const key = checkSignature(parts, keys instanceof Promise ? await keys : keys)
    issuer.keys.matched?.(key)
    const unchecked = early ?? decodePayload(parts.payload, policy)
    const payload = checkClaims(unchecked, { policy: issuer.claims, now: policy.now() })
    const made = policy.schema ? await applySchema(policy.schema, payload) : undefined
    const verified = vouch(header, made ? made.claims : (payload as C), payload) // C is Claims without a schema
    if (!known) memory.learn(parts.header, { header, issuer })
    const isFixed = made?.isFixed ?? true
    // Of an output that is made anew for each call nothing is kept: it may hold on to anything, such as a database.
    const kept = isFixed ? verified : vouch(header, payload as C, payload)
    cache?.keep(token, { verified: kept, isFixed, issuer, version })
    return verified
  }
  return Object.freeze(
    Object.assign(verify, { explain: createExplain(policy), cacheUse: () => cache?.use() }),
  )
}

interface Chosen {
  readonly issuer: IssuerPolicy
  /** The payload, when it had to be read to choose. */
  readonly early?: Readonly<Record<string, unknown>>
}

/**
 * With several issuers the unverified `iss` picks one. That one's keys and claims then have to confirm it. Returns a
 * promise only for an issuer that a function has to be asked for.
 */
function choose<C>(
  { issuers, bigints }: VerifierPolicy<C>,
  parts: CompactParts,
): Chosen | Promise<Chosen> {
  if (issuers.kind === 'one') return { issuer: issuers.issuer }
  const early = decodePayload(parts.payload, { bigints })
  const issuer = pickIssuer(issuers, early)
  if (issuer instanceof Promise) return issuer.then((found) => ({ issuer: found, early }))
  return { issuer, early }
}

/** For a token from the cache: what the schema made of it for the call before may have been changed by that call. */
async function runSchemaAgain<C>(
  { schema }: VerifierPolicy<C>,
  { header, claims, payload }: VerifiedToken<C>,
): Promise<VerifiedToken<C>> {
  const made = schema ? await applySchema(schema, payload) : { claims }
  return vouch(header, made.claims, payload)
}

/** The only place where a token becomes a verified one. */
function vouch<C>(header: JoseHeader, claims: C, payload: Claims): VerifiedToken<C> {
  return Object.freeze({ header, claims, payload }) as VerifiedToken<C> // the brand exists in the type only
}

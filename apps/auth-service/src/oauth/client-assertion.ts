import { createHash } from 'node:crypto'
import { AuthError, createVerifier, decodeToken, localJwks, type VerifiedToken } from 'jotgate'
import { isText } from 'jotgate/extend'
import type { Schema, SqlDatabase } from 'jotgate/stores/sqlite'
import { assertionAlgorithms, remoteKeys } from './client-keys.js'
import type { ClientKeys, OAuthClient } from './clients.js'

/** `client_assertion_type` of `private_key_jwt` (RFC 7523 section 2.2). */
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The assertions that were presented, so that each is used once. */
export const assertionSchema: Schema = {
  part: 'service_assertions',
  versions: [
    {
      adds: 'The assertions that OAuth clients have authenticated with, until they expire: each is used once.',
      statements: [
        `CREATE TABLE service_assertions (
           client TEXT NOT NULL, jti TEXT NOT NULL, expires_at BIGINT NOT NULL, PRIMARY KEY (client, jti))`,
        'CREATE INDEX service_assertions_expiry ON service_assertions (expires_at)',
      ],
    },
  ],
}

/** Options of {@link createAssertions}. */
export interface AssertionParts {
  readonly db: SqlDatabase
  /** Of this service: an assertion is for it, or for its token endpoint. Undefined: none is accepted. */
  readonly issuer: string | undefined
  /** Unix time in seconds. */
  readonly now: () => number
}

/** Checks the assertions of clients. */
export interface Assertions {
  /**
   * Whether an assertion proves that the caller is this client, for the first time (RFC 7523 section 3): signed by one of its
   * keys, with `iss` and `sub` its id, `aud` this service alone, an `exp` at most five minutes ahead, and a `jti` that was not
   * seen before.
   *
   * @throws AuthError STORE_UNAVAILABLE; KEYS_UNAVAILABLE when the client's set of keys cannot be fetched
   */
  prove(client: OAuthClient, assertion: string): Promise<boolean>
}

/** The longest an assertion may live, in seconds: so long its `jti` is kept. */
const longestLife = 300
/** Seconds by which the client's clock may be behind. */
const tolerance = 60
/** Rows are kept longer than any process, even one with a wrong clock, would take the assertion again. */
const keptLonger = 3600
const sweepEvery = 60

/** @example await createAssertions({ db, issuer, now }).prove(client, form.need('client_assertion')) */
export function createAssertions({ db, issuer, now }: AssertionParts): Assertions {
  const audiences = issuer === undefined ? [] : audiencesOf(issuer)
  const verifiers = createVerifiers(audiences, now)
  let sweptAt = now()
  const sweep = async () => {
    if (now() - sweptAt < sweepEvery) return
    sweptAt = now()
    await db.query('DELETE FROM service_assertions WHERE expires_at < $1', [now() - keptLonger])
  }
  return {
    prove: async ({ id, keys }, assertion) => {
      if (keys === undefined || audiences.length === 0) return false
      const token = await verifiedOrNot(() => verifiers(id, keys)(assertion))
      const { sub, aud, jti, exp = Infinity } = token?.payload ?? {}
      // Of several audiences, each could present the assertion here.
      const isForUs = [aud].flat().length === 1
      if (sub !== id || !isForUs || !isText(jti) || exp > now() + longestLife) return false
      await sweep()
      const added = await db.query(
        `INSERT INTO service_assertions (client, jti, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (client, jti) DO NOTHING RETURNING client`,
        [id, createHash('sha256').update(jti).digest('base64url'), Math.ceil(exp) + tolerance],
      )
      return added.length === 1
    },
  }
}

/** What `aud` of an assertion may be: the issuer, or its token endpoint. */
function audiencesOf(issuer: string): readonly string[] {
  return [issuer, `${issuer.replace(/\/$/, '')}/oauth/token`]
}

type Verify = (assertion: string) => Promise<VerifiedToken>

/** How many clients' verifiers are kept. One that is made anew fetches the client's set anew. */
const mostVerifiers = 1000

function createVerifiers(
  audience: readonly string[],
  now: () => number,
): (id: string, keys: ClientKeys) => Verify {
  const kept = new Map<string, { readonly text: string; readonly verify: Verify }>()
  return (id, keys) => {
    const text = JSON.stringify(keys)
    const known = kept.get(id)
    if (known?.text === text) return known.verify
    const verify = createVerifier({
      keys: keySourceOf(keys),
      ...{ algorithms: assertionAlgorithms, issuer: id, audience, now },
      ...{ clockTolerance: tolerance, requiredClaims: ['sub', 'jti'], cache: false },
    })
    const [oldest] = kept.size >= mostVerifiers ? kept.keys() : []
    if (oldest !== undefined) kept.delete(oldest)
    kept.set(id, { text, verify })
    return verify
  }
}

function keySourceOf(keys: ClientKeys) {
  if (keys.kind === 'jwksUri') return remoteKeys(keys.jwksUri)
  return localJwks(keys.jwks, { algorithms: assertionAlgorithms })
}

/** Undefined for an assertion that is not valid; the reason is not disclosed. */
async function verifiedOrNot(
  verify: () => Promise<VerifiedToken>,
): Promise<VerifiedToken | undefined> {
  try {
    return await verify()
  } catch (error) {
    if (error instanceof AuthError && error.status !== 503) return undefined
    throw error
  }
}

/** The client that an assertion says it is of, not yet verified; undefined for text that is no JWT. */
export function unverifiedClientOf(assertion: string): string | undefined {
  try {
    const { sub } = decodeToken(assertion).unverifiedClaims
    return isText(sub) ? sub : undefined
  } catch {
    return undefined // no JWT at all, so of no client
  }
}

import type { TokenResponse } from 'jotgate'
import { z } from 'zod'
import type { OAuthClient } from './clients.js'
import type { SignIn } from './sign-in.js'

const claims = z.object({
  sub: z.string(),
  auth_time: z.number(),
  amr: z.array(z.string()).default([]),
  acr: z.string().optional(),
})

/** What an ID token is signed with, and whose it is. */
export interface IdTokenParts {
  readonly signIn: SignIn | undefined
  readonly client: OAuthClient
  /** Of the first answer of a session alone (OpenID Connect Core section 12.2). */
  readonly nonce?: string | undefined
}

/**
 * The ID token that goes with tokens that were made just now, whose access token says who logged in and how. Undefined without
 * the scope `openid`, and at a client that logs no users in.
 *
 * @throws AuthError KEYS_UNAVAILABLE
 * @example await idTokenOf({ signIn, client }, tokens)
 */
export async function idTokenOf(
  { signIn, client, nonce }: IdTokenParts,
  { accessToken, scope, sid }: TokenResponse,
): Promise<string | undefined> {
  const isAsked = scope.split(' ').includes('openid')
  if (signIn === undefined || client.signIn === undefined || !isAsked) return undefined
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()
  const { sub: subject, auth_time: authTime, amr, acr } = claims.parse(JSON.parse(payload))
  const algorithm = client.signIn.idTokenAlg
  const about = { client: client.id, algorithm, subject, sid, accessToken }
  return signIn.idTokens.sign({ ...about, authTime, amr, acr, nonce })
}

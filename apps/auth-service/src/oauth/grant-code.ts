import { AuthError, type TokenResponse } from 'jotgate'
import { theService, userOf, type Place } from '../events/event.js'
import { withPlace } from '../events/place.js'
import { codeHash, type CodeGrant, type Redeemed } from './authorize/codes.js'
import type { OAuthClient } from './clients.js'
import type { Form } from './form.js'
import { idTokenOf } from './id-token-of.js'
import type { OAuth } from './oauth.js'
import { OAuthFault } from './oauth-fault.js'
import { matchesRedirectUri } from './redirect-uris.js'

/** The tokens of a code. */
export interface CodeTokens {
  readonly tokens: TokenResponse
  /** Only where the scope has `openid`. */
  readonly idToken: string | undefined
}

/** A presentation of a code by an authenticated client. */
export interface CodeRequest {
  readonly client: OAuthClient
  readonly form: Form
  readonly from: Place
}

/** Seconds in which a second presentation is a request that was sent twice, and ends nothing. */
const sentTwice = 10

/**
 * RFC 6749 section 4.1.3: begins the session of a site for a code.
 *
 * @throws OAuthFault invalid_grant, also when the login that the code comes from has ended meanwhile; AuthError
 */
export async function redeemCode(oauth: OAuth, request: CodeRequest): Promise<CodeTokens> {
  const { client, form } = request
  const { signIn } = oauth
  if (signIn === undefined || client.signIn === undefined)
    throw new OAuthFault('unauthorized_client')
  const code = form.need('code')
  const redirectUri = form.get('redirect_uri')
  const codeVerifier = form.get('code_verifier')
  const presented = { code, client: client.id, redirectUri, codeVerifier }
  const redeemed = await signIn.codes.redeem(presented)
  if (redeemed.kind !== 'redeemed') return refuse(oauth, request, redeemed)
  const grant = { ...redeemed.grant, audience: narrow(redeemed.grant, form.resources) }
  const tokens = await beginSession(oauth, request, { grant, code })
  await stillAllowed(oauth, { client, grant, tokens })
  const idToken = await idTokenOf({ signIn, client, nonce: grant.nonce }, tokens)
  await oauth.events.record({
    ...{ kind: 'site.login', result: 'done', actor: userOf(grant.subject), from: request.from },
    ...{ client: client.id, sid: tokens.sid },
  })
  return { tokens, idToken }
}

/** A code that is presented again has been copied, if it is not a request that was sent twice. */
async function refuse(
  oauth: OAuth,
  { client, from }: CodeRequest,
  redeemed: Exclude<Redeemed, { kind: 'redeemed' }>,
): Promise<never> {
  if (redeemed.kind === 'again' && redeemed.seconds >= sentTwice) {
    const { sid } = redeemed
    await oauth.events.record({
      ...{ kind: 'code.reused', result: 'refused', actor: theService, from },
      ...{ client: client.id, ...(sid === undefined ? {} : { sid }) },
    })
    if (sid !== undefined) await endSession(oauth, client, sid)
  }
  throw new OAuthFault('invalid_grant')
}

/** RFC 8707 section 2.2: fewer resources than the code has, never others. */
function narrow({ audience }: CodeGrant, asked: readonly string[]): readonly string[] {
  if (!asked.every((each) => audience.includes(each))) throw new OAuthFault('invalid_target')
  return asked.length === 0 ? audience : [...new Set(asked)]
}

/** The site is noted before its session is kept: the end of the login always finds it. */
async function beginSession(
  oauth: OAuth,
  { client, from }: CodeRequest,
  { grant, code }: { readonly grant: CodeGrant; readonly code: string },
): Promise<TokenResponse> {
  const { subject, ssoSid, scope, audience, authTime, amr, acr } = grant
  const { signIn } = oauth
  const login = await signIn?.sso.liveUntil(ssoSid)
  if (signIn === undefined || login === undefined) throw new OAuthFault('invalid_grant')
  const offline = client.signIn?.offline === true
  const site = { ssoSid, client: client.id, subject, offline }
  const authentication = {
    time: authTime,
    ...(amr.length === 0 ? {} : { amr }),
    ...(acr === undefined ? {} : { acr }),
  }
  const begun = withPlace(from, () =>
    oauth.sessionsOf(client).issue({
      ...{ subject, client: client.id, scope: scope.join(' '), audience, authentication },
      ...(from.userAgent === undefined ? {} : { meta: { userAgent: from.userAgent } }),
      ...(offline ? {} : { endsBy: login }),
      beforeStored: ({ sid }) => signIn.sites.add({ ...site, sid }, codeHash(code)),
    }),
  )
  return begun.catch((error: unknown) => {
    const isOver = error instanceof AuthError && refusals.has(error.code)
    throw isOver ? new OAuthFault('invalid_grant') : error
  })
}

/** Refusals of `issue` that mean that the user or the login is gone. */
const refusals: ReadonlySet<string> = new Set(['SUBJECT_REFUSED', 'REFRESH_EXPIRED'])

/** What a logout, or a change of the client, has taken away between the code and the session. */
async function stillAllowed(
  oauth: OAuth,
  begun: {
    readonly client: OAuthClient
    readonly grant: CodeGrant
    readonly tokens: TokenResponse
  },
): Promise<void> {
  const { client, grant, tokens } = begun
  const [isLive, now, user] = await Promise.all([
    oauth.signIn?.sso.isLive(grant.ssoSid),
    oauth.clients.byId(client.id),
    oauth.signIn?.users.byId(grant.subject),
  ])
  const roles = now?.signIn?.allowedRoles ?? []
  const mayUse = roles.length === 0 || roles.some((role) => user?.roles.includes(role))
  const mayLogIn = now?.disabled === false && now.grants.includes('authorization_code')
  const comesBack = now?.signIn && matchesRedirectUri(now.signIn, grant.redirectUri)
  const mayAsk = grant.audience.every((each) => now?.audiences.includes(each))
  const isRight = comesBack === true && mayLogIn && mayAsk && mayUse
  if (isLive === true && user?.disabled === false && isRight) return
  await endSession(oauth, client, tokens.sid)
  throw new OAuthFault('invalid_grant')
}

async function endSession(oauth: OAuth, client: OAuthClient, sid: string): Promise<void> {
  await oauth.sessionsOf(client).end({ sid, whosever: true })
}

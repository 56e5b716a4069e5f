import type { Claims, VerifiedToken } from 'jotgate'
import { isText } from 'jotgate/extend'
import { userOf, type Place } from '../events/event.js'
import { clientTimes } from './client-times.js'
import { tokenExchange, type OAuthClient } from './clients.js'
import type { Form } from './form.js'
import type { OAuth } from './oauth.js'
import { OAuthFault } from './oauth-fault.js'
import { verifyOrNot } from './revoke.js'

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'
/** Both say the same here: access tokens are JWTs (RFC 8693 section 3). */
const takenTypes = [accessTokenType, 'urn:ietf:params:oauth:token-type:jwt']

/** How many may act for a subject, one behind another: a service, and who had it act. */
const mostActors = 2

/** An answer to a token exchange (RFC 8693 section 2.2.1). */
export interface ExchangeAnswer {
  readonly access_token: string
  readonly issued_token_type: typeof accessTokenType
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope?: string
}

/** A client that exchanges a token it was called with. */
interface ExchangeRequest {
  readonly client: OAuthClient
  readonly form: Form
  readonly from: Place
}

/**
 * Exchanges the access token that a service was called with for one that it calls the next service with: of the same user
 * and session, for another audience, with no more rights and no longer life. `act` names the service, and the party that
 * acted before. There is no refresh token.
 *
 * The first audience of a client is the client itself: subject tokens must be for it. The further ones are those that it may
 * ask tokens for.
 *
 * @throws OAuthFault, AuthError REVOCATION_UNKNOWN, KEYS_UNAVAILABLE
 */
export async function exchangeToken(
  oauth: OAuth,
  { client, form, from }: ExchangeRequest,
): Promise<ExchangeAnswer> {
  if (client.kind === 'public') throw new OAuthFault('unauthorized_client')
  checkTypes(form)
  const subject = await subjectOf(oauth, client, form.need('subject_token'))
  const audience = pickTarget(oauth, client, form)
  const scope = narrowScope(client, subject, form.get('scope'))
  const { payload } = subject
  const now = Math.floor(Date.now() / 1000)
  const life = clientTimes(oauth.configuration, client.policy).accessTtl
  const exp = Math.min(now + life, payload.exp ?? 0)
  if (exp <= now) throw new OAuthFault('invalid_grant', { description: badSubject })
  const token = await oauth.sign({
    ...keptClaims(client, payload),
    ...{ aud: audience, client_id: client.id, exp, act: actorOf(client, payload) },
    ...(scope === '' ? {} : { scope }),
  })
  await checkClient(oauth, client)
  await oauth.events.record({
    ...{ kind: 'token.exchanged', result: 'done', client: client.id, from },
    actor: { kind: 'client', id: client.id },
    subject: userOf(payload.sub ?? ''),
    ...(typeof payload['sid'] === 'string' ? { sid: payload['sid'] } : {}),
    details: { audience },
  })
  return {
    access_token: token,
    issued_token_type: accessTokenType,
    token_type: 'Bearer',
    expires_in: exp - now,
    ...(scope === '' ? {} : { scope }),
  }
}

function checkTypes(form: Form): void {
  if (!takenTypes.includes(form.need('subject_token_type')))
    throw invalidRequest('subject_token_type: must be that of an access token')
  if (!takenTypes.includes(form.get('requested_token_type') ?? accessTokenType))
    throw invalidRequest('requested_token_type: must be that of an access token')
  if (form.get('actor_token') !== undefined || form.get('actor_token_type') !== undefined)
    throw invalidRequest('actor_token: is not taken; the client itself is the actor')
}

const badSubject = 'subject_token: is not a valid access token of a user for this client'

/** Why a token is refused is not disclosed: the client must not learn about tokens that are not for it. */
async function subjectOf(oauth: OAuth, client: OAuthClient, token: string): Promise<VerifiedToken> {
  const verified = await verifyOrNot(oauth, token)
  const { aud = [], sid } = verified?.payload ?? {}
  const [own = ''] = client.audiences
  const isForIt = [aud].flat().includes(own) && isText(sid)
  if (verified === undefined || !isForIt || oauth.revocation.isRevoked(verified))
    throw new OAuthFault('invalid_grant', { description: badSubject })
  return verified
}

/** One target, by `resource` or `audience`: a token for several services could be used by each at the others. */
function pickTarget({ configuration }: OAuth, { audiences }: OAuthClient, form: Form): string {
  const asked = form.get('audience')
  const [target, ...others] = [...form.resources, ...(asked === undefined ? [] : [asked])]
  if (target === undefined) throw invalidRequest('audience: is missing')
  // At this service itself users act for themselves.
  const targets = audiences.slice(1).filter((each) => each !== configuration.audience)
  if (others.length > 0 || !targets.includes(target)) throw new OAuthFault('invalid_target')
  return target
}

function narrowScope(
  { scopes }: OAuthClient,
  { payload }: VerifiedToken,
  asked: string | undefined,
): string {
  const { scope: granted = '' } = payload
  const given = typeof granted === 'string' ? granted.split(' ') : []
  const allowed = given.filter((name) => name !== '' && scopes.includes(name))
  if (asked === undefined) return allowed.join(' ')
  const names = [...new Set(asked.split(' '))]
  if (!names.every((name) => allowed.includes(name))) throw new OAuthFault('invalid_scope')
  return names.join(' ')
}

/**
 * Who it is, in which session, and how they have logged in; roles where the client may know them. `iat` too: a cut-off that
 * refuses the subject token, now or later, refuses what was made of it.
 */
function keptClaims({ receivesRoles }: OAuthClient, payload: Claims): Claims {
  const names = [
    'sub',
    'sid',
    'iat',
    'auth_time',
    'amr',
    'acr',
    ...(receivesRoles ? ['roles'] : []),
  ]
  return Object.fromEntries(
    names.flatMap((name) => (payload[name] === undefined ? [] : [[name, payload[name]]])),
  )
}

/** The chain of those who act (RFC 8693 section 4.1): the present one outermost. */
function actorOf({ id }: OAuthClient, { act }: Claims): object {
  if (depthOf(act) >= mostActors)
    throw new OAuthFault('invalid_grant', { description: 'subject_token: too many act in it' })
  return { sub: id, ...(act === undefined ? {} : { act }) }
}

function depthOf(act: unknown): number {
  if (typeof act !== 'object' || act === null) return act === undefined ? 0 : mostActors
  return 1 + depthOf('act' in act ? act.act : undefined)
}

/** Disabling or changing a client revokes the tokens signed before; check that it did not happen meanwhile. */
async function checkClient(oauth: OAuth, { id }: OAuthClient): Promise<void> {
  const now = await oauth.clients.byId(id)
  if (now === undefined || now.disabled) throw new OAuthFault('invalid_client')
  if (!now.grants.includes(tokenExchange)) throw new OAuthFault('unauthorized_client')
}

function invalidRequest(description: string): OAuthFault {
  return new OAuthFault('invalid_request', { description })
}

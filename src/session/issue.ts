import { encodeBase64url } from '../encoding/base64url.js'
import type { Claims } from '../token/token.js'
import { askStore } from '../foundation/ask-store.js'
import { AuthError } from '../foundation/errors.js'
import { evictBeyond } from './evict.js'
import { sessionIdBytes, sessionSid } from './session-id.js'
import type { SubjectState } from './session-options.js'
import type { SessionsPolicy } from './session-policy.js'
import { loadSubject } from './load-subject.js'
import { readAuthentication, readFacts, type Authentication } from './details.js'
import { isStorableName } from '../foundation/names.js'
import type { StoredSession, SessionMeta } from './ports.js'
import { limitScope, parseScope } from './scope.js'
import { answer, signAccess, type TokenResponse } from './tokens.js'

/** A login that has succeeded. */
export interface IssueRequest {
  /** 1 to 255 characters (OpenID Connect Core section 2). */
  readonly subject: string
  readonly client: string
  /** Space-delimited (RFC 6749 section 3.3). Default: none. */
  readonly scope?: string
  /** `aud` of the session's access tokens. Default: the signer's. */
  readonly audience?: string | readonly string[]
  /** At most 16 entries; of each the first 512 characters are kept. */
  readonly meta?: SessionMeta
  /**
   * Claims that are kept with the session and are in each of its access tokens, such as a tenant: at most 1 KiB of JSON. They
   * change by `update` alone; what may change by itself, such as roles, comes from `loadSubject`.
   */
  readonly facts?: Claims
  /** How and when the user has proved who they are. Default: now, and it is not said how. */
  readonly authentication?: Authentication
  /** The subject as `loadSubject` would give it at this moment, if it is known already. */
  readonly loaded?: SubjectState
  /**
   * Cut-off that this very action wrote (a password change that revokes the subject's tokens until now): the new
   * session counts as begun one second after it.
   */
  readonly after?: number
  /**
   * When the session ends at the latest, in Unix seconds: the end of the login that it comes from. Default: its own times alone.
   */
  readonly endsBy?: number
  /**
   * Called after everything that can refuse the login, just before the session is kept, with its public name: what must be
   * known of a session whenever there is one. What it throws ends the login, and no session is kept. A process that stops
   * in between leaves a note without a session, never a session without a note.
   *
   * @example beforeStored: ({ sid }) => sites.add(sid, login)
   */
  readonly beforeStored?: (session: { readonly sid: string }) => Promise<void>
}

/** Begins a session. What fails before the session is written leaves nothing behind. */
export async function issue(policy: SessionsPolicy, request: IssueRequest): Promise<TokenResponse> {
  const asked = checkRequest(request)
  const begun = beginSession(policy, request)
  const subject = request.loaded ?? (await loadSubject(policy, begun))
  const scope = limitScope(asked, subject.scope)
  const session = { ...begun, scope }
  const access = await signAccess(policy, session, { claims: subject.claims, scope })
  await request.beforeStored?.({ sid: session.sid })
  await askStore(policy.storeDeadlineMs, () => policy.store.create(session))
  await evictBeyond(policy, session)
  return answer(policy, session, access)
}

function beginSession(policy: SessionsPolicy, request: IssueRequest): StoredSession {
  const id = encodeBase64url(policy.randomBytes(sessionIdBytes))
  const now = policy.now()
  const createdAt = Math.max(now, (request.after ?? -1) + 1)
  const { audience = [], meta = {}, facts, authentication = {}, endsBy = Infinity } = request
  if (endsBy <= createdAt) throw new AuthError('REFRESH_EXPIRED')
  return {
    id,
    sid: sessionSid(id),
    subject: request.subject,
    client: request.client,
    scope: '',
    audience: typeof audience === 'string' ? [audience] : [...audience],
    generation: 0,
    parent: -1,
    createdAt,
    rotatedAt: createdAt,
    absoluteExpiry: Math.min(createdAt + policy.absoluteTtl, endsBy),
    idleExpiry: Math.min(createdAt + policy.idleTtl, endsBy),
    meta: cutMeta(meta),
    details: {
      ...(facts === undefined ? {} : { facts: readFacts(facts) }),
      ...readAuthentication(authentication, now),
    },
  }
}

/** Characters, as the identity providers of OpenID Connect have at most. */
const longestSubject = 255
const longestMeta = 512
const mostMeta = 16

/** Members of earlier releases, which would be left out without a word. */
const replaced = {
  claims: 'issue: claims are in the first token only; give facts, or answer them in loadSubject',
}

/** A login that a store or a token could not hold is a fault of the program; the values are not repeated. */
function checkRequest(request: IssueRequest): string {
  for (const [name, problem] of Object.entries(replaced))
    if (Object.hasOwn(request, name)) throw new TypeError(problem)
  const { subject, client, scope = '', audience = [], endsBy = 0 } = request
  const names = { client, audience: typeof audience === 'string' ? [audience] : audience }
  if (!isStorableName(subject) || subject.length > longestSubject)
    throw new TypeError(`issue: subject must be text of 1 to ${String(longestSubject)} characters`)
  for (const [option, value] of Object.entries(names)) {
    if ([value].flat().some((name) => !isStorableName(name)))
      throw new TypeError(`issue: ${option} must be text of 1 to 1024 characters`)
  }
  if (!Number.isSafeInteger(endsBy) || endsBy < 0)
    throw new TypeError('issue: endsBy must be a Unix time in whole seconds')
  const scopes = parseScope(scope)
  if (scopes === undefined) throw new TypeError('issue: scope is not as RFC 6749 section 3.3 says')
  return [...scopes].join(' ')
}

/** What an application keeps comes out of request headers: it must not let a stranger fill the store. */
function cutMeta(meta: SessionMeta): SessionMeta {
  const kept = Object.entries(meta).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.slice(0, longestMeta), value.slice(0, longestMeta)]] : [],
  )
  return Object.fromEntries(kept.slice(0, mostMeta)) as SessionMeta // made of pairs of text
}

import { encodeBase64url } from '../core/base64url.js'
import type { Claims } from '../core/token.js'
import { askStore } from './asking.js'
import { familyIdBytes, familySid } from './family-id.js'
import type { SubjectState } from './issuer-options.js'
import type { IssuerPolicy } from './issuer-policy.js'
import { loadSubject } from './load-subject.js'
import { isName } from './name.js'
import type { Family, FamilyMeta } from './ports.js'
import { limitScope, parseScope } from './scope.js'
import { answer, signAccess, type TokenResponse } from './tokens.js'

/** A login that has succeeded. */
export interface IssueRequest {
  readonly subject: string
  readonly client: string
  /** Space-delimited (RFC 6749 section 3.3). Default: none. */
  readonly scope?: string
  /** `aud` of the session's access tokens. Default: the signer's. */
  readonly audience?: string | readonly string[]
  /** At most 16 entries; of each the first 512 characters are kept. */
  readonly meta?: FamilyMeta
  /** Claims for the first access token, in place of asking `loadSubject`, which every refresh asks. */
  readonly claims?: Claims
  /**
   * Cut-off that this very action wrote (a password change that revokes the subject's tokens until now): the new
   * session counts as begun one second after it.
   */
  readonly after?: number
}

/** Begins a session. The family is written last: what fails before it leaves nothing behind. */
export async function issue(policy: IssuerPolicy, request: IssueRequest): Promise<TokenResponse> {
  const asked = checkRequest(request)
  const subject = await loadState(policy, request)
  const scope = limitScope(asked, subject.scope)
  const family = beginFamily(policy, request, scope)
  const access = await signAccess(policy, family, { claims: subject.claims, scope })
  await askStore(policy, () => policy.families.create(family))
  return answer(policy, family, access)
}

async function loadState(policy: IssuerPolicy, request: IssueRequest): Promise<SubjectState> {
  if (request.claims !== undefined) return { claims: request.claims }
  return loadSubject(policy, request.subject)
}

function beginFamily(policy: IssuerPolicy, request: IssueRequest, scope: string): Family {
  const id = encodeBase64url(policy.randomBytes(familyIdBytes))
  const createdAt = Math.max(policy.now(), (request.after ?? -1) + 1)
  const { audience = [], meta = {} } = request
  return {
    id,
    sid: familySid(id),
    subject: request.subject,
    client: request.client,
    scope,
    audience: typeof audience === 'string' ? [audience] : [...audience],
    generation: 0,
    parent: -1,
    createdAt,
    rotatedAt: createdAt,
    absoluteExpiry: createdAt + policy.absoluteTtl,
    idleExpiry: createdAt + policy.idleTtl,
    meta: cutMeta(meta),
  }
}

const longestMeta = 512
const mostMeta = 16

/** A login that a store or a token could not hold is a fault of the program; the values are not repeated. */
function checkRequest({ subject, client, scope = '', audience = [] }: IssueRequest): string {
  const names = { subject, client, audience: typeof audience === 'string' ? [audience] : audience }
  for (const [option, value] of Object.entries(names)) {
    if ([value].flat().some((name) => !isName(name)))
      throw new TypeError(`issue: ${option} must be text of 1 to 1024 characters`)
  }
  const scopes = parseScope(scope)
  if (scopes === undefined) throw new TypeError('issue: scope is not as RFC 6749 section 3.3 says')
  return [...scopes].join(' ')
}

/** What an application keeps comes out of request headers: it must not let a stranger fill the store. */
function cutMeta(meta: FamilyMeta): FamilyMeta {
  const kept = Object.entries(meta).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.slice(0, longestMeta), value.slice(0, longestMeta)]] : [],
  )
  return Object.fromEntries(kept.slice(0, mostMeta)) as FamilyMeta // made of pairs of text
}

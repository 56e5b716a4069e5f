import { AuthError } from '../foundation/errors.js'
import { isStorableName } from '../foundation/names.js'
import { notify } from '../foundation/listener.js'
import { change } from './change.js'
import { findOwn, type OwnSession } from './end.js'
import { loadSubject } from './load-subject.js'
import type { StoredSession } from './ports.js'
import { limitScope } from './scope.js'
import type { SubjectState } from './session-options.js'
import type { SessionsPolicy } from './session-policy.js'
import { signAccess, type TokenResponse } from './tokens.js'

/** An access token for acting as another subject. There is no refresh token. */
export type ImpersonationResponse = Omit<TokenResponse, 'refreshToken' | 'refreshAfter'>

/** Seconds. */
const usualLife = 600

/**
 * A short access token of another subject for the user of a session (RFC 8693 section 4.1): `sub` is that subject, `act` the
 * user, `sid` the user's session, with which it ends.
 */
export async function impersonate(
  policy: SessionsPolicy,
  actor: OwnSession,
  subject: string,
): Promise<ImpersonationResponse> {
  const { impersonation, accessTtl } = policy
  if (impersonation === undefined)
    throw new TypeError('impersonate needs createSessions.impersonation')
  if (!isStorableName(subject)) throw new TypeError('impersonate takes the subject to act as')
  if (subject === actor.subject) throw new AuthError('FORBIDDEN')
  const life = impersonation.accessTtl ?? Math.min(usualLife, accessTtl)
  const { becomes, access } = await change(policy, {
    find: () => findOwn(policy, actor),
    next: async (was) => {
      const content = await contentOf(policy, was, {
        subject,
        rolesClaim: impersonation.rolesClaim,
      })
      const access = await signAccess(
        policy,
        { ...withoutDetails(was), subject },
        { ...content, life },
      )
      const details = { ...was.details, impersonatedAt: access.issuedAt }
      return { becomes: { ...was, details }, access }
    },
  })
  const { sid, client } = becomes
  const event = { at: policy.now(), sid, subject, client, actor: actor.subject }
  notify(policy.hooks.onImpersonated, event)
  return {
    accessToken: access.token,
    tokenType: 'Bearer',
    expiresIn: access.expiresAt - access.issuedAt,
    accessExpire: access.expiresAt,
    scope: access.scope,
    sid,
  }
}

/** How the actor has logged in and what is kept with that session say nothing about the subject. */
function withoutDetails({ details, ...session }: StoredSession): StoredSession {
  return details?.cutOff === undefined
    ? session
    : { ...session, details: { cutOff: details.cutOff } }
}

/** @throws AuthError FORBIDDEN for a subject with a role that the actor lacks */
async function contentOf(
  policy: SessionsPolicy,
  session: StoredSession,
  { subject, rolesClaim }: { readonly subject: string; readonly rolesClaim: string },
) {
  const [actor, other] = await Promise.all([
    loadSubject(policy, session),
    loadSubject(policy, { ...withoutDetails(session), subject }),
  ])
  const roles = rolesOf(actor, rolesClaim)
  if (!rolesOf(other, rolesClaim).every((role) => roles.includes(role)))
    throw new AuthError('FORBIDDEN')
  return {
    claims: other.claims,
    scope: limitScope(limitScope(session.scope, actor.scope), other.scope),
    actor: session.subject,
  }
}

/** Roles that are not there, or cannot be read, are no reason to admit: they may have another name. */
function rolesOf({ claims }: SubjectState, rolesClaim: string): readonly string[] {
  const roles = claims[rolesClaim]
  if (Array.isArray(roles) && roles.every((role) => typeof role === 'string')) return roles
  throw new TypeError(
    `impersonate: the claim "${rolesClaim}" must be an array of texts, empty for a subject without`,
  )
}

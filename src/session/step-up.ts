import { change } from './change.js'
import { readAuthentication, type Authentication } from './details.js'
import { findOwn, type OwnSession } from './end.js'
import { loadSubject } from './load-subject.js'
import { formerFamily, type StoredSession } from './ports.js'
import { limitScope } from './scope.js'
import type { SessionsPolicy } from './session-policy.js'
import { answer, signAccess, type TokenResponse } from './tokens.js'

/**
 * The user of a session has proved anew who they are. A new family of refresh tokens begins in the session: a copied token
 * of the former family gets nothing.
 */
export async function stepUp(
  policy: SessionsPolicy,
  own: OwnSession,
  authentication: Authentication = {},
): Promise<TokenResponse> {
  const { becomes, access } = await change(policy, {
    find: () => findOwn(policy, own),
    next: async (was) => {
      const becomes = withNewFamily(policy, was, authentication)
      const subject = await loadSubject(policy, becomes)
      const scope = limitScope(becomes.scope, subject.scope)
      const access = await signAccess(policy, becomes, { claims: subject.claims, scope })
      return { becomes, access }
    },
  })
  return answer(policy, becomes, access)
}

function withNewFamily(
  policy: SessionsPolicy,
  was: StoredSession,
  authentication: Authentication,
): StoredSession {
  const now = policy.now()
  const { facts, cutOff, impersonatedAt } = was.details ?? {}
  return {
    ...was,
    generation: was.generation + 1,
    parent: formerFamily,
    rotatedAt: now,
    idleExpiry: Math.min(now + policy.idleTtl, was.absoluteExpiry),
    details: {
      ...(facts === undefined ? {} : { facts }),
      ...(cutOff === undefined ? {} : { cutOff }),
      ...(impersonatedAt === undefined ? {} : { impersonatedAt }),
      ...readAuthentication(authentication, now),
    },
  }
}

import { change } from './change.js'
import { readAuthentication, type Authentication } from './details.js'
import { findOwn, type OwnSession } from './end.js'
import { loadSubject } from './load-subject.js'
import { isWithinGrace, parentOfFamily, type StoredSession } from './ports.js'
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
    ...(hasJustBegun(policy, was, now) ? {} : begin(policy, was, now)),
    details: {
      ...(facts === undefined ? {} : { facts }),
      ...(cutOff === undefined ? {} : { cutOff }),
      ...(impersonatedAt === undefined ? {} : { impersonatedAt }),
      ...readAuthentication(authentication, now),
    },
  }
}

/** Two confirmations at once, or one that was sent again, have one refresh token: whichever answer comes last is good. */
function hasJustBegun({ grace }: SessionsPolicy, was: StoredSession, now: number): boolean {
  return was.parent < -1 && isWithinGrace(was, { now, grace })
}

function begin({ idleTtl }: SessionsPolicy, was: StoredSession, now: number) {
  return {
    generation: was.generation + 1,
    parent: parentOfFamily(was),
    rotatedAt: now,
    idleExpiry: Math.min(now + idleTtl, was.absoluteExpiry),
  }
}

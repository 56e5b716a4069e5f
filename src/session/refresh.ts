import { AuthError, type ErrorCode } from '../foundation/errors.js'
import { notify } from '../foundation/listener.js'
import { askStore } from '../foundation/ask-store.js'
import { toEvent, type SessionHooks } from './events.js'
import type { SessionsPolicy } from './session-policy.js'
import { loadSubject } from './load-subject.js'
import {
  decideRotation,
  type StoredSession,
  type RotateKind,
  type RotateRequest,
  type RotateResult,
} from './ports.js'
import { readRefreshToken } from './refresh-token.js'
import { revokeAccess } from './revoke-access.js'
import { limitScope, narrowScope } from './scope.js'
import { answer, signAccess, type AccessToken, type TokenResponse } from './tokens.js'

/** Beside the refresh token: who presents it, and what for. */
export interface RefreshRequest {
  readonly client: string
  /** The same or less than the session has. Default: all of it. */
  readonly scope?: string
}

/**
 * One refresh. Everything that can fail comes before `rotate`; after it there is only computing, so that whoever asks
 * again after a lost answer is given the same one.
 */
export async function refresh(
  policy: SessionsPolicy,
  refreshToken: string,
  request: RefreshRequest,
): Promise<TokenResponse> {
  const content = readRefreshToken(policy.serviceKey, refreshToken)
  const session = await askStore(policy.storeDeadlineMs, () => policy.store.find(content.sessionId))
  if (session === undefined) throw new AuthError('REFRESH_UNKNOWN')
  const rotation = {
    id: session.id,
    presented: content.generation,
    client: request.client,
    now: policy.now(),
    grace: policy.grace,
    recoverWithin: policy.recoverWithin(session.client),
    idleTtl: policy.idleTtl,
  }
  const foreseen = decideRotation(session, rotation)
  if (!succeeds(foreseen)) return refuse(policy, rotation, foreseen)
  const access = await renewAccess(policy, session, request.scope)
  const result = await rotate(policy, { ...rotation, now: policy.now() })
  if (!succeeds(result)) return refuseOvertaken(policy, result)
  tellOutcome(policy, result)
  return answer(policy, result.session, access)
}

/** The access token for a session, with the subject as it is now. */
async function renewAccess(
  policy: SessionsPolicy,
  session: StoredSession,
  asked: string | undefined,
): Promise<AccessToken> {
  const narrowed = narrowScope(session.scope, asked)
  if (narrowed === undefined) throw new AuthError('REFRESH_SCOPE')
  const subject = await loadSubject(policy, session.subject)
  return signAccess(policy, session, {
    claims: subject.claims,
    scope: limitScope(narrowed, subject.scope),
  })
}

const hookOf = {
  rotated: 'onRefreshed',
  replayed: 'onReplayed',
  recovered: 'onRecovered',
  reused: 'onReused',
  rolledBack: 'onRolledBack',
} as const satisfies Partial<Record<RotateKind, keyof SessionHooks>>

const refusalOf = {
  reused: 'REFRESH_REUSED',
  rolledBack: 'REFRESH_ROLLED_BACK',
  ended: 'REFRESH_ENDED',
  expired: 'REFRESH_EXPIRED',
  otherClient: 'REFRESH_CLIENT',
  unknown: 'REFRESH_UNKNOWN',
} as const satisfies Partial<Record<RotateKind, ErrorCode>>

type Success = Exclude<RotateResult, { kind: keyof typeof refusalOf }>

function succeeds(result: RotateResult): result is Success {
  return !Object.hasOwn(refusalOf, result.kind)
}

/**
 * The refusal was clear from the session as it was read. Reuse can be foreseen for good, because numbers only grow: so
 * the access tokens are refused first. Were the session ended first and this process stopped there, the thief would
 * keep them.
 */
async function refuse(
  policy: SessionsPolicy,
  request: RotateRequest,
  foreseen: RotateResult,
): Promise<never> {
  if (foreseen.kind === 'reused') {
    await revokeAccess(policy, foreseen.session)
    return refuseWith(policy, await endForeseen(policy, request, foreseen))
  }
  const result = foreseen.kind === 'rolledBack' ? await rotate(policy, request) : foreseen
  return refuseOvertaken(policy, result)
}

/** What was foreseen for good is told though the store does not answer: asked again, it may only say that it has ended. */
async function endForeseen(
  policy: SessionsPolicy,
  request: RotateRequest,
  foreseen: RotateResult,
): Promise<RotateResult> {
  try {
    return await rotate(policy, request)
  } catch (error) {
    tellOutcome(policy, foreseen)
    throw error
  }
}

/** The session has ended, now or before: its access tokens are refused, and refused again if that had been lost. */
async function refuseOvertaken(policy: SessionsPolicy, result: RotateResult): Promise<never> {
  if (result.kind !== 'unknown' && result.session.endedAt !== undefined)
    await revokeAccess(policy, result.session)
  return refuseWith(policy, result)
}

function refuseWith(policy: SessionsPolicy, result: RotateResult): never {
  tellOutcome(policy, result)
  // A success in this place: the store went back in time between two questions.
  if (succeeds(result)) throw new AuthError('REFRESH_ROLLED_BACK')
  throw new AuthError(refusalOf[result.kind])
}

function tellOutcome(policy: SessionsPolicy, result: RotateResult): void {
  if (result.kind === 'unknown' || !isToldOf(result.kind)) return
  notify(policy.hooks[hookOf[result.kind]], toEvent(result.session, policy.now()))
}

function isToldOf(kind: RotateKind): kind is keyof typeof hookOf {
  return Object.hasOwn(hookOf, kind)
}

function rotate(policy: SessionsPolicy, request: RotateRequest): Promise<RotateResult> {
  return askStore(policy.storeDeadlineMs, () => policy.store.rotate(request))
}

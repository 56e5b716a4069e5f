import { askStore } from '../foundation/ask-store.js'
import { AuthError, type ErrorCode } from '../foundation/errors.js'
import { notify } from '../foundation/listener.js'
import { sameDetails } from './details.js'
import { toEvent, type SessionHooks } from './events.js'
import { loadSubject } from './load-subject.js'
import {
  decideRotation,
  isWithinGrace,
  type RotateKind,
  type RotateRequest,
  type RotateResult,
  type StoredSession,
} from './ports.js'
import { readRefreshToken } from './refresh-token.js'
import { revokeAccess } from './revoke-access.js'
import { limitScope, narrowScope } from './scope.js'
import type { SessionsPolicy } from './session-policy.js'
import { endBoth, settle } from './settle.js'
import { answer, signAccess, type AccessToken, type TokenResponse } from './tokens.js'

/** Beside the refresh token: who presents it, and what for. */
export interface RefreshRequest {
  readonly client: string
  /** The same scope as the session's, or less. Default: all of it. */
  readonly scope?: string
}

/** What follows from an outcome of a rotation. */
interface Outcome {
  /** The refusal; absent where there are tokens. */
  readonly code?: ErrorCode
  /** The hook that hears of it. A refusal with one has ended the session. */
  readonly event?: Exclude<keyof SessionHooks, 'onImpersonated' | 'onEnded'>
  /**
   * When the session's access tokens are refused: `foreseen`, while the store ends the session, or `ended`, whenever it has
   * ended. Reuse is certain once it is foreseen, because generations only grow.
   */
  readonly revoke?: 'foreseen' | 'ended'
}

const outcomes: Readonly<Record<RotateKind, Outcome>> = {
  rotated: { event: 'onRefreshed' },
  replayed: { event: 'onReplayed' },
  recovered: { event: 'onRecovered' },
  superseded: { code: 'REFRESH_SUPERSEDED' },
  reused: { code: 'REFRESH_REUSED', event: 'onReused', revoke: 'foreseen' },
  rolledBack: { code: 'REFRESH_ROLLED_BACK', event: 'onRolledBack', revoke: 'ended' },
  ended: { code: 'REFRESH_ENDED', revoke: 'ended' },
  expired: { code: 'REFRESH_EXPIRED', revoke: 'ended' },
  otherClient: { code: 'REFRESH_CLIENT', revoke: 'ended' },
  unknown: { code: 'REFRESH_UNKNOWN' },
}

/**
 * One refresh. Everything that can fail comes before `rotate`; after it there is only computing, so that a client that
 * asks again after a lost answer gets the same one.
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
  if (outcomes[foreseen.kind].code !== undefined) return refuse(policy, rotation, foreseen)
  if (policy.isRevoked(session.sid)) {
    await endBoth(policy, session)
    throw new AuthError('REFRESH_ENDED')
  }
  const access = await renewAccess(policy, session, request.scope)
  const result = await rotate(policy, { ...rotation, now: policy.now() })
  const rotated = await conclude(policy, result)
  if (sameDetails(session.details, rotated.details)) return answer(policy, rotated, access)
  // They changed in between. If this fails, the client asks again within the grace.
  return answer(policy, rotated, await renewAccess(policy, rotated, request.scope))
}

/** The access token for a session, with the subject as it is now. */
async function renewAccess(
  policy: SessionsPolicy,
  session: StoredSession,
  asked: string | undefined,
): Promise<AccessToken> {
  const narrowed = narrowScope(session.scope, asked)
  if (narrowed === undefined) throw new AuthError('REFRESH_SCOPE')
  const subject = await loadSubject(policy, session)
  return signAccess(policy, session, {
    claims: subject.claims,
    scope: limitScope(narrowed, subject.scope),
  })
}

/** The refusal was clear from the session as it was read. A refusal that ends the session is the store's to make. */
async function refuse(
  policy: SessionsPolicy,
  request: RotateRequest,
  foreseen: RotateResult,
): Promise<never> {
  const { event, revoke } = outcomes[foreseen.kind]
  const isCertain = revoke === 'foreseen'
  const [isRefused, rotated] = await Promise.all([
    isCertain && revokeEnded(policy, foreseen),
    settled(event === undefined ? foreseen : rotate(policy, request)),
  ])
  if (rotated.status === 'rejected') {
    // The alarm is raised even if the store fails: a retry would only report that the session has ended.
    if (isCertain) tell(policy, foreseen)
    throw rotated.reason
  }
  await conclude(policy, rotated.value, isRefused)
  // Tokens at this point: the store went back in time between the two questions.
  await revokeEnded(policy, rotated.value)
  throw new AuthError('REFRESH_ROLLED_BACK')
}

async function settled<T>(result: T | Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([result])
  return outcome
}

/**
 * The end of every refresh: access tokens of an ended session are refused, the hook hears of the outcome, and the caller
 * gets the session or the refusal.
 */
async function conclude(
  policy: SessionsPolicy,
  result: RotateResult,
  isRefused = false,
): Promise<StoredSession> {
  const { code, revoke } = outcomes[result.kind]
  const isDone = isRefused || (revoke !== undefined && (await revokeEnded(policy, result)))
  tell(policy, result)
  if (result.kind === 'unknown') throw new AuthError('REFRESH_UNKNOWN')
  if (isDone) await settle(policy, [result.session])
  const time = { now: policy.now(), grace: policy.grace }
  // The client may be about to get the tokens of the step-up: a refusal would log the user out there.
  if (code === 'REFRESH_SUPERSEDED' && isWithinGrace(result.session, time))
    throw new AuthError('REFRESH_PENDING', { retryAfter: 1 })
  if (code !== undefined) throw new AuthError(code)
  return result.session
}

/**
 * Refuses the access tokens of a session that has ended and is still marked; whether that is done. If not, the session
 * stays marked, and the refresh is refused all the same.
 */
async function revokeEnded(policy: SessionsPolicy, result: RotateResult): Promise<boolean> {
  if (result.kind === 'unknown' || result.session.revocationDue !== true) return false
  const refusing = { urgent: outcomes[result.kind].event !== undefined }
  return revokeAccess(policy, result.session, refusing).then(
    () => true,
    () => false,
  )
}

function tell(policy: SessionsPolicy, result: RotateResult): void {
  const { event } = outcomes[result.kind]
  if (result.kind === 'unknown' || event === undefined) return
  notify(policy.hooks[event], toEvent(result.session, policy.now()))
}

function rotate(policy: SessionsPolicy, request: RotateRequest): Promise<RotateResult> {
  return askStore(policy.storeDeadlineMs, () => policy.store.rotate(request))
}

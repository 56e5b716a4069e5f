import { AuthError, type ErrorCode } from '../core/errors.js'
import { askStore } from './asking.js'
import { tell, toEvent, type SessionHooks } from './events.js'
import type { IssuerPolicy } from './issuer-policy.js'
import { loadSubject } from './load-subject.js'
import {
  decideRotation,
  type Family,
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
  policy: IssuerPolicy,
  refreshToken: string,
  request: RefreshRequest,
): Promise<TokenResponse> {
  const content = readRefreshToken(policy.serviceKey, refreshToken)
  const family = await askStore(policy, () => policy.families.find(content.familyId))
  if (family === undefined) throw new AuthError('REFRESH_UNKNOWN')
  const rotation = {
    id: family.id,
    presented: content.generation,
    client: request.client,
    now: policy.now(),
    grace: policy.grace,
    recoverWithin: policy.recoverWithin(family.client),
    idleTtl: policy.idleTtl,
  }
  const foreseen = decideRotation(family, rotation)
  if (!succeeds(foreseen)) return refuse(policy, rotation, foreseen)
  const access = await renewAccess(policy, family, request.scope)
  const result = await rotate(policy, { ...rotation, now: policy.now() })
  if (!succeeds(result)) return refuseOvertaken(policy, result)
  tellOutcome(policy, result)
  return answer(policy, result.family, access)
}

/** The access token for a session, with the subject as it is now. */
async function renewAccess(
  policy: IssuerPolicy,
  family: Family,
  asked: string | undefined,
): Promise<AccessToken> {
  const narrowed = narrowScope(family.scope, asked)
  if (narrowed === undefined) throw new AuthError('REFRESH_SCOPE')
  const subject = await loadSubject(policy, family.subject)
  return signAccess(policy, family, {
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
 * The refusal was clear from the family as it was read. Reuse can be foreseen for good, because numbers only grow: so
 * the access tokens are refused first. Were the family ended first and this process stopped there, the thief would
 * keep them.
 */
async function refuse(
  policy: IssuerPolicy,
  request: RotateRequest,
  foreseen: RotateResult,
): Promise<never> {
  if (foreseen.kind === 'reused') {
    await revokeAccess(policy, foreseen.family)
    return refuseWith(policy, await endForeseen(policy, request, foreseen))
  }
  const result = foreseen.kind === 'rolledBack' ? await rotate(policy, request) : foreseen
  return refuseOvertaken(policy, result)
}

/** What was foreseen for good is told though the store does not answer: asked again, it may only say that it has ended. */
async function endForeseen(
  policy: IssuerPolicy,
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

/** The family has ended, now or before: its access tokens are refused, and refused again if that had been lost. */
async function refuseOvertaken(policy: IssuerPolicy, result: RotateResult): Promise<never> {
  if (result.kind !== 'unknown' && result.family.endedAt !== undefined)
    await revokeAccess(policy, result.family)
  return refuseWith(policy, result)
}

function refuseWith(policy: IssuerPolicy, result: RotateResult): never {
  tellOutcome(policy, result)
  // A success in this place: the store went back in time between two questions.
  if (succeeds(result)) throw new AuthError('REFRESH_ROLLED_BACK')
  throw new AuthError(refusalOf[result.kind])
}

function tellOutcome(policy: IssuerPolicy, result: RotateResult): void {
  if (result.kind === 'unknown' || !isToldOf(result.kind)) return
  tell(policy.hooks[hookOf[result.kind]], toEvent(result.family, policy.now()))
}

function isToldOf(kind: RotateKind): kind is keyof typeof hookOf {
  return Object.hasOwn(hookOf, kind)
}

function rotate(policy: IssuerPolicy, request: RotateRequest): Promise<RotateResult> {
  return askStore(policy, () => policy.families.rotate(request))
}

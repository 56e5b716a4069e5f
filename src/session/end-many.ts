import { askStore } from '../foundation/ask-store.js'
import { findOwn, type OwnSession } from './end.js'
import type { SessionsPolicy } from './session-policy.js'
import { isStorableName } from '../foundation/names.js'
import type { EndAllRequest, StoredSession } from './ports.js'
import { revokeEach } from './revoke-access.js'
import { toSessionInfo, type SessionInfo } from './session-info.js'

/**
 * So many sessions are refused one by one. It is exact, while a cut-off also refuses what the subject gets by a new
 * login within the same second, up to its first refresh.
 */
const mostOneByOne = 32

/** Ends a subject's sessions. The access tokens go first, of many sessions by one cut-off: "issued until now". */
export async function endAll(
  policy: SessionsPolicy,
  subject: string,
): Promise<readonly SessionInfo[]> {
  if (!isStorableName(subject))
    throw new TypeError('endAll takes the subject whose sessions to end')
  const before = policy.now()
  const live = await listLive(policy, subject).catch(async (error: unknown) => {
    // One session that cannot be read must not keep the access tokens of the others valid.
    await askStore(policy.storeDeadlineMs, () => policy.revoke({ subject, before }))
    throw error
  })
  if (live.length <= mostOneByOne) return endSessions(policy, live, { subject, now: before })
  await askStore(policy.storeDeadlineMs, () => policy.revoke({ subject, before }))
  const ended = await endInStore(policy, { subject, now: policy.now() })
  await revokeEach(
    policy,
    ended.filter(({ createdAt, rotatedAt }) => Math.max(createdAt, rotatedAt) > before),
  )
  return ended.map((session) => toSessionInfo(policy, session))
}

/** Ends a subject's other sessions, one by one: a cut-off would refuse the one that asks too. */
export async function endOthers(
  policy: SessionsPolicy,
  own: OwnSession,
): Promise<readonly SessionInfo[]> {
  const { id, subject } = await findOwn(policy, own)
  const others = (await listLive(policy, subject)).filter((session) => session.id !== id)
  return endSessions(policy, others, { subject, now: policy.now(), except: id })
}

async function endSessions(
  policy: SessionsPolicy,
  foreseen: readonly StoredSession[],
  request: EndAllRequest,
): Promise<readonly SessionInfo[]> {
  await revokeEach(policy, foreseen)
  const ended = await endInStore(policy, request)
  // Those that began in between.
  const known = new Set(foreseen.map(({ id }) => id))
  await revokeEach(
    policy,
    ended.filter(({ id }) => !known.has(id)),
  )
  return ended.map((session) => toSessionInfo(policy, session))
}

/** A store may take one session after the other, each with its own deadline. */
const longer = 20

function listLive(policy: SessionsPolicy, subject: string): Promise<readonly StoredSession[]> {
  return askStore(policy.storeDeadlineMs * longer, () => policy.store.list(subject, policy.now()))
}

function endInStore(
  policy: SessionsPolicy,
  request: EndAllRequest,
): Promise<readonly StoredSession[]> {
  return askStore(policy.storeDeadlineMs * longer, () => policy.store.endAll(request))
}

/** A subject's live sessions, newest first. */
export async function list(
  policy: SessionsPolicy,
  subject: string,
): Promise<readonly SessionInfo[]> {
  if (!isStorableName(subject)) throw new TypeError('list takes the subject whose sessions to list')
  return (await listLive(policy, subject)).map((session) => toSessionInfo(policy, session))
}

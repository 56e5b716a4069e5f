import { askStore } from '../foundation/ask-store.js'
import { findOwn, type OwnSession } from './end.js'
import type { SessionsPolicy } from './session-policy.js'
import { isStorableName } from '../foundation/names.js'
import type { EndAllRequest, SessionPage, StoredSession } from './ports.js'
import { revokeEach } from './revoke-access.js'
import { toSessionInfo, type SessionInfo } from './session-info.js'
import { longer, settle, throwFirst } from './settle.js'

/**
 * So many sessions are refused one by one. It is exact, while a cut-off also refuses what the subject gets by a new
 * login within the same second, up to its first refresh.
 */
const mostOneByOne = 32

/** Ends a subject's sessions, and refuses their access tokens, of many sessions by one cut-off: "issued until now". */
export async function endAll(
  policy: SessionsPolicy,
  subject: string,
): Promise<readonly SessionInfo[]> {
  if (!isStorableName(subject))
    throw new TypeError('endAll takes the subject whose sessions to end')
  const before = policy.now()
  const [listed] = await Promise.allSettled([listLive(policy, subject)])
  const live = listed.status === 'fulfilled' ? listed.value : undefined
  if (live !== undefined && live.length <= mostOneByOne)
    return endSessions(policy, { subject, now: policy.now() }, { oneByOne: live })
  const ended = await endSessions(policy, { subject, now: policy.now() }, { before })
  // One session that cannot be read did not keep the access tokens of the others valid.
  throwFirst([listed])
  return ended
}

/** Ends a subject's other sessions, one by one: a cut-off would refuse the one that asks too. */
export async function endOthers(
  policy: SessionsPolicy,
  own: OwnSession,
): Promise<readonly SessionInfo[]> {
  const { id, subject } = await findOwn(policy, own)
  const oneByOne = (await listLive(policy, subject)).filter((session) => session.id !== id)
  return endSessions(policy, { subject, now: policy.now(), except: id }, { oneByOne })
}

/** Whose access tokens are refused before it is known which sessions the store has ended. */
type Foreseen = { readonly oneByOne: readonly StoredSession[] } | { readonly before: number }

/**
 * The sessions end and their access tokens are refused at the same time, so that neither waits for the other's success:
 * what has ended without it stays marked.
 */
async function endSessions(
  policy: SessionsPolicy,
  request: EndAllRequest,
  foreseen: Foreseen,
): Promise<readonly SessionInfo[]> {
  const [refused, stored] = await Promise.allSettled([
    refuse(policy, request.subject, foreseen),
    askStore(policy.storeDeadlineMs * longer, () => policy.store.endAll(request)),
  ])
  const ended = stored.status === 'fulfilled' ? stored.value : []
  await revokeEach(policy, ended.filter(unforeseen(foreseen)), urgently)
  throwFirst([refused, stored])
  await settle(policy, ended)
  return ended.map((session) => toSessionInfo(policy, session))
}

const urgently = { urgent: true } as const

function refuse(policy: SessionsPolicy, subject: string, foreseen: Foreseen): Promise<void> {
  if ('oneByOne' in foreseen) return revokeEach(policy, foreseen.oneByOne, urgently)
  const { before } = foreseen
  return askStore(policy.storeDeadlineMs, () => policy.revoke({ subject, before, ...urgently }))
}

/** Those that began, or were refreshed after the cut-off, in between. */
function unforeseen(foreseen: Foreseen): (session: StoredSession) => boolean {
  if ('before' in foreseen)
    return ({ createdAt, rotatedAt }) => Math.max(createdAt, rotatedAt) > foreseen.before
  const known = new Set(foreseen.oneByOne.map(({ id }) => id))
  return ({ id }) => !known.has(id)
}

function listLive(
  policy: SessionsPolicy,
  subject: string,
  page?: SessionPage,
): Promise<readonly StoredSession[]> {
  return askStore(policy.storeDeadlineMs * longer, () =>
    policy.store.list(subject, policy.now(), page),
  )
}

/** A subject's live sessions, newest first: all, or a page of them. */
export async function list(
  policy: SessionsPolicy,
  subject: string,
  page?: SessionPage,
): Promise<readonly SessionInfo[]> {
  if (!isStorableName(subject)) throw new TypeError('list takes the subject whose sessions to list')
  return (await listLive(policy, subject, page)).map((session) => toSessionInfo(policy, session))
}

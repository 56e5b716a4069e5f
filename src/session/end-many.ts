import { askStore } from '../foundation/ask-store.js'
import { findOwn, type OwnSession } from './end.js'
import type { SessionsPolicy } from './session-policy.js'
import { isStorableName } from '../foundation/names.js'
import type { EndAllRequest, SessionPage, StoredSession } from './ports.js'
import { issuedUntil, revokeEach } from './revoke-access.js'
import { toSessionInfo, type SessionInfo } from './session-info.js'
import { longer, settle, throwFirst } from './settle.js'

/**
 * So many sessions are refused one by one. It is exact, while a cut-off also refuses what the subject gets by a new
 * login within the same second, up to its first refresh.
 */
const mostOneByOne = 32

/** How urgent it is to end all sessions. */
export interface EndAllOptions {
  /**
   * Whether it may use what the list of revoked tokens keeps for thefts, administrators and changed passwords. Default true;
   * false for what users do as often as they like.
   */
  readonly urgent?: boolean
}

/** Ends a subject's sessions, and refuses their access tokens, of many sessions by one cut-off: "issued until now". */
export async function endAll(
  policy: SessionsPolicy,
  subject: string,
  { urgent = true }: EndAllOptions = {},
): Promise<readonly SessionInfo[]> {
  if (!isStorableName(subject))
    throw new TypeError('endAll takes the subject whose sessions to end')
  const before = policy.now()
  const [listed] = await Promise.allSettled([listLive(policy, subject)])
  const live = listed.status === 'fulfilled' ? listed.value : undefined
  if (live !== undefined && live.length <= mostOneByOne)
    return endSessions(policy, { subject, now: policy.now() }, { oneByOne: live, urgent })
  const ended = await endSessions(policy, { subject, now: policy.now() }, { before, urgent })
  // One session that cannot be read did not keep the access tokens of the others valid.
  throwFirst([listed])
  return ended
}

/** The same for all but the one that asks, whose own access token a cut-off refuses too: it then has to refresh. */
const mostOthers = 256

/** Ends a subject's other sessions, as {@link endAll} does. */
export async function endOthers(
  policy: SessionsPolicy,
  own: OwnSession,
): Promise<readonly SessionInfo[]> {
  const { id, subject } = await findOwn(policy, own)
  const before = policy.now()
  const oneByOne = (await listLive(policy, subject)).filter((session) => session.id !== id)
  const refused = oneByOne.length <= mostOthers ? { oneByOne } : { before }
  const request = { subject, now: policy.now(), except: id }
  return endSessions(policy, request, { ...refused, urgent: true })
}

/** Whose access tokens are refused before it is known which sessions the store has ended. */
type Foreseen = { readonly urgent: boolean } & (
  { readonly oneByOne: readonly StoredSession[] } | { readonly before: number }
)

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
  const refusing = { urgent: foreseen.urgent }
  await revokeEach(policy, ended.filter(unforeseen(foreseen)), refusing)
  throwFirst([refused, stored])
  const left = await leftBehind(policy, request, ended)
  await revokeEach(policy, left.filter(unforeseen(foreseen)), refusing)
  await settle(policy, [...ended, ...left])
  return ended.map((session) => toSessionInfo(policy, session))
}

/** Sessions that ended before, and whose access tokens may still be valid: a full list refused what was not urgent. */
async function leftBehind(
  policy: SessionsPolicy,
  { subject }: EndAllRequest,
  ended: readonly StoredSession[],
): Promise<readonly StoredSession[]> {
  const request = { subject, limit: ended.length + mostLeft }
  const due = await askStore(policy.storeDeadlineMs * longer, () => policy.store.due(request))
  const known = new Set(ended.map(({ id }) => id))
  return due.filter(({ id }) => !known.has(id))
}

/** More of one subject are left to `finishEnding`. */
const mostLeft = 1000

function refuse(policy: SessionsPolicy, subject: string, foreseen: Foreseen): Promise<void> {
  const { urgent } = foreseen
  if ('oneByOne' in foreseen) return revokeEach(policy, foreseen.oneByOne, { urgent })
  const { before } = foreseen
  return askStore(policy.storeDeadlineMs, () => policy.revoke({ subject, before, urgent }))
}

/** Those that began in between, or that may have got an access token after the cut-off. */
function unforeseen(foreseen: Foreseen): (session: StoredSession) => boolean {
  if ('before' in foreseen) return (session) => issuedUntil(session) > foreseen.before
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

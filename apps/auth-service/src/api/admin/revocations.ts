import { setTimeout as sleep } from 'node:timers/promises'
import { AuthError, type RevokeRequest } from 'jotgate'
import { RequestFault } from '../../foundation/faults.js'
import { type ProcessReport } from '../../observing/processes.js'
import { type RecentRevocation } from '../../observing/recent-revocations.js'
import { firstParty } from '../../oauth/first-party.js'
import { currentToken } from '../../sessions/current-token.js'
import { refuseOldLogin } from '../../sessions/recent-login.js'
import { plainText } from '../../users/names.js'
import { actingAdmin, recordAction, type AdminAction } from '../acting-admin.js'
import { type GuardedHandler } from './generated/service.js'
import type * as types from './generated/types.js'
import type { Services } from './services.js'

/** GET /admin/revocations */
export const getRevocations: GuardedHandler<object, types.Revocations> = async (call) => {
  const { revocation, processes, recentRevocations } = call.services
  const { ready, entries, epoch } = revocation.status()
  return {
    ready,
    entries,
    ...(epoch === undefined ? {} : { epoch }),
    processes: (await processes.list()).map(toProcess),
    recent: recentRevocations().map(toRecent),
  }
}

function toProcess(report: ProcessReport): types.Process {
  const { id, host, pid, current, startedAt, seenAt, ready, entries, staleness } = report
  return {
    ...{ id, host, pid, current, startedAt, seenAt, ready, entries },
    ...(staleness === undefined ? {} : { staleness }),
  }
}

function toRecent({ entry, seenAt }: RecentRevocation): types.RecentRevocation {
  return {
    kind: entry.kind,
    value: 'value' in entry ? entry.value : '',
    ...('before' in entry ? { before: entry.before } : {}),
    seenAt,
    expiresAt: entry.expiresAt,
  }
}

/**
 * POST /admin/revocations/preview: what a revocation would hit, and the word that `confirm` has to repeat.
 *
 * @throws RequestFault BODY_INVALID
 */
export const previewRevocation: GuardedHandler<
  types.NewRevocation,
  types.RevocationPreview
> = async ({ request, services }) => {
  toRequest(request)
  const [sessions, confirm] = [await countHit(services, request), wordFor(request)]
  return {
    ...(sessions === undefined ? {} : { sessions }),
    ...(confirm === undefined ? {} : { confirm }),
  }
}

/**
 * POST /admin/revocations. A cut-off (`sub`, `client`, `all`) is about everything issued until the request came; an access
 * token outlives its entry by none of these, whatever its own `exp` says, since verifiers ask for `maxTokenAge`. Tokens
 * know the second in which they were issued and no more, so the cut-off is enforced when its second is over: what a refused
 * caller is given in exchange is then newer.
 *
 * @throws RequestFault BODY_INVALID, and CONFIRM for what hits everybody without its word; AuthError STEP_UP_REQUIRED for the
 * same after an old login, STORE_UNAVAILABLE
 */
export const revoke: GuardedHandler<types.NewRevocation, void> = async (call) => {
  const admin = await actingAdmin(call)
  const { request, services } = call
  const revoked = toRequest(request)
  const word = wordFor(request)
  if (word !== undefined && request.confirm !== word)
    throw new RequestFault('CONFIRM', questionOf(word, await countHit(services, request)))
  if (word !== undefined) refuseOldLogin(currentToken())
  if ('before' in revoked) await endOf(revoked.before)
  await services.revocation.revoke({ ...revoked, urgent: true })
  if ('sid' in revoked) await endSession(services, revoked.sid)
  await recordAction(call, admin, { kind: 'token.revoked', ...whatIs(request) })
}

/** What was revoked, for the record. */
function whatIs({ kind, value }: Named): Pick<AdminAction, 'subject' | 'details'> {
  const details = { what: kind, ...(value === undefined ? {} : { value }) }
  if (value === undefined || (kind !== 'sub' && kind !== 'client')) return { details }
  return { details, subject: { kind: kind === 'sub' ? 'user' : 'client', id: value } }
}

/** Ends the session too, which would give out tokens again once the entry has expired. It may be one of another store. */
async function endSession({ sessions }: Services, sid: string): Promise<void> {
  await sessions.end({ sid, whosever: true }).catch((error: unknown) => {
    if (!(error instanceof AuthError && error.code === 'REFRESH_UNKNOWN')) throw error
  })
}

/** What is revoked, named by its kind and, except for `all`, its value. */
type Named = Pick<types.NewRevocation, 'kind' | 'value'>

/** The word that confirms what hits everybody, the administrator included; undefined where none is needed. */
function wordFor({ kind, value }: Named): string | undefined {
  if (kind === 'all') return 'everything'
  return kind === 'client' && value === firstParty ? firstParty : undefined
}

/** Undefined for one token, and when the sessions cannot be counted: a revocation must not wait for that. */
async function countHit(
  { countSessions }: Pick<Services, 'countSessions'>,
  { kind, value = '' }: Named,
): Promise<number | undefined> {
  return kind === 'jti' ? undefined : countSessions({ kind, value }).catch(() => undefined)
}

function questionOf(word: string, sessions: number | undefined): string {
  const hit = sessions === undefined ? 'all' : `${String(sessions)} live`
  return `this refuses the access tokens of ${hit} sessions, yours included, until they are refreshed: repeat it with "confirm": "${word}"`
}

/** Resolves when the second has passed on this process's clock. */
async function endOf(second: number): Promise<void> {
  await sleep(Math.max(0, (second + 1) * 1000 - Date.now()))
}

function toRequest({ kind, value }: Named): RevokeRequest {
  const before = Math.floor(Date.now() / 1000)
  if (kind === 'all') {
    if (value !== undefined) throw new RequestFault('BODY_INVALID', 'value: must be absent for all')
    return { all: true, before }
  }
  if (value === undefined)
    throw new RequestFault('BODY_INVALID', 'value: must name what is revoked')
  if (!plainText.test(value))
    throw new RequestFault('BODY_INVALID', 'value: must hold no control characters')
  switch (kind) {
    case 'jti':
      return { jti: value }
    case 'sid':
      return { sid: value }
    case 'client':
      return { client: value, before }
    case 'sub':
      return { subject: value, before }
  }
}

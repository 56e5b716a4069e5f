import type { RevokeRequest } from 'jotgate'
import { RequestFault } from '../../foundation/faults.js'
import { type ProcessReport } from '../../observing/processes.js'
import { type RecentRevocation } from '../../observing/recent-revocations.js'
import { plainText } from '../../users/names.js'
import { actingAdmin, noteAction } from '../acting-admin.js'
import { type GuardedHandler } from './generated/service.js'
import type * as types from './generated/types.js'

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
 * POST /admin/revocations. A cut-off (`sub`, `all`) is about everything issued up to now; an access token outlives its
 * entry by none of these, whatever its own `exp` says, since verifiers ask for `maxTokenAge`.
 *
 * @throws RequestFault BODY_INVALID; AuthError STORE_UNAVAILABLE
 */
export const revoke: GuardedHandler<types.NewRevocation, void> = async (call) => {
  const admin = await actingAdmin(call)
  await call.services.revocation.revoke(toRequest(call.request))
  noteAction(call, { by: admin.username, action: `revoke ${call.request.kind}` })
}

function toRequest({ kind, value }: types.NewRevocation): RevokeRequest {
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
      return { client: value }
    case 'sub':
      return { subject: value, before }
  }
}

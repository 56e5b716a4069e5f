import { type ProcessReport } from '../../../observing/processes.js'
import { type RecentRevocation } from '../../../observing/recent-revocations.js'
import { type GuardedHandler } from '../generated/server.js'
import type * as types from '../generated/types.js'

/** GET /admin/revocations */
export const getRevocationsHandler: GuardedHandler<object, types.Revocations> = async (call) => {
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

import { latencyBuckets, mergeBins, stepSeconds } from '../../observing/traffic.js'
import { type GuardedHandler } from './generated/service.js'
import { type Traffic } from './generated/types.js'

/** GET /admin/traffic: of all processes, those of others as they were up to five seconds ago. */
export const getTraffic: GuardedHandler<object, Traffic> = async ({ services }) => {
  const processes = await services.processes.list()
  const bins = mergeBins(processes.map((each) => each.bins))
  const shared = processes.flatMap(({ sharedAddress }) => sharedAddress ?? [])
  return {
    step: stepSeconds,
    buckets: [...latencyBuckets],
    processes: processes.length,
    ...(shared.length === 0 ? {} : { sharedAddress: Math.max(...shared) }),
    bins: bins.map((bin) => ({ ...bin, refused: { ...bin.refused }, latency: [...bin.latency] })),
  }
}

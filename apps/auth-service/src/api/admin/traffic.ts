import { latencyBuckets, mergeBins, stepSeconds } from '../../observing/traffic.js'
import { type GuardedHandler } from './generated/service.js'
import { type Traffic } from './generated/types.js'

/** GET /admin/traffic: of all processes, those of others as they were up to five seconds ago. */
export const getTraffic: GuardedHandler<object, Traffic> = async ({ services }) => {
  const processes = await services.processes.list()
  const bins = mergeBins(processes.map((each) => each.bins))
  return {
    step: stepSeconds,
    buckets: [...latencyBuckets],
    processes: processes.length,
    bins: bins.map((bin) => ({ ...bin, refused: { ...bin.refused }, latency: [...bin.latency] })),
  }
}

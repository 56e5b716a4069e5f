import type { SessionTimes } from '../configuration/configuration.js'
import type { ClientPolicy } from './clients.js'

/**
 * The configuration's times as they are for one client. What it was registered with under another configuration is cut
 * to this one: no token may outlive what the verifiers and the revocations reckon with.
 *
 * @example clientTimes(configuration, { accessTtl: 60 }).accessTtl // 60
 */
export function clientTimes(configuration: SessionTimes, policy: ClientPolicy): SessionTimes {
  const accessTtl = Math.min(policy.accessTtl ?? Infinity, configuration.accessTtl)
  const absoluteTtl = Math.min(policy.refreshTtl ?? Infinity, configuration.absoluteTtl)
  return {
    accessTtl,
    absoluteTtl,
    idleTtl: Math.min(configuration.idleTtl, absoluteTtl),
    grace: policy.grace ?? Math.min(configuration.grace, Math.floor(accessTtl / 6)),
    recoverWithin: policy.recoverWithin ?? configuration.recoverWithin,
  }
}

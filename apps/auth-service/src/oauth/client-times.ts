import type { SessionTimes } from '../configuration/configuration.js'
import type { ClientPolicy } from './clients.js'

/**
 * The configuration's durations for one client. A policy registered under another configuration is cut to this one: no
 * token may outlive the limits of verifiers and revocations.
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

import type { RevocationStore } from '../revocation/ports.js'
import type { ContractCase } from './contract.js'
import { clockCase } from './clock-contract.js'
import { revocationFeedCases } from './revocation-feed-contract.js'
import { revocationKeepingCases } from './revocation-keeping-contract.js'

/**
 * The contract of a {@link RevocationStore}: run it against your own store, in any test runner. Each case closes the
 * feeds that it opens.
 *
 * @example
 * for (const { name, run } of revocationStoreContract) test(name, () => run(() => myStore()))
 */
export const revocationStoreContract: readonly ContractCase<RevocationStore>[] = [
  ...revocationKeepingCases,
  ...revocationFeedCases,
  clockCase('revocations'),
]

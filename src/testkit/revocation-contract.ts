import type { RevocationStore } from '../revocation/ports.js'
import type { ContractCase } from './contract.js'
import { revocationFeedCases } from './revocation-feed-contract.js'
import { revocationKeepingCases } from './revocation-keeping-contract.js'

/**
 * Everything that revocation relies on in its store, for users' own stores and for ours. Takes any test runner. Every
 * feed that a case opens is closed by it.
 *
 * @example
 * for (const { name, run } of revocationStoreContract) test(name, () => run(() => myStore()))
 */
export const revocationStoreContract: readonly ContractCase<RevocationStore>[] = [
  ...revocationKeepingCases,
  ...revocationFeedCases,
]

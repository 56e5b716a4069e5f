import type { SessionStore } from '../session/ports.js'
import { clockCase } from './clock-contract.js'
import type { ContractCase } from './contract.js'
import { concurrencyCases } from './session-contract-concurrency.js'
import { dueCases } from './session-contract-due.js'
import { endingCases } from './session-contract-ending.js'
import { keepingCases } from './session-contract-keeping.js'
import { replacingCases } from './session-contract-replacing.js'
import { rotationCases } from './session-contract-rotation.js'
import { sweepingCases } from './session-contract-sweeping.js'

/**
 * Everything that sessions require of their store, for your own stores and for this package's. Works with any test
 * runner.
 *
 * @example
 * for (const { name, run } of sessionStoreContract) test(name, () => run(() => myStore()))
 */
export const sessionStoreContract: readonly ContractCase<SessionStore>[] = [
  ...keepingCases,
  ...rotationCases,
  ...replacingCases,
  ...sweepingCases,
  ...endingCases,
  ...dueCases,
  ...concurrencyCases,
  clockCase('sessions'),
]

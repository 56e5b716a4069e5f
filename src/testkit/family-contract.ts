import type { FamilyStore } from '../sessions/ports.js'
import type { ContractCase } from './contract.js'
import { concurrencyCases } from './family-contract-concurrency.js'
import { endingCases } from './family-contract-ending.js'
import { keepingCases } from './family-contract-keeping.js'
import { rotationCases } from './family-contract-rotation.js'

/**
 * Everything that sessions rely on in a family store, for users' own stores and for ours. Takes any test runner.
 *
 * @example
 * for (const { name, run } of familyStoreContract) test(name, () => run(() => myStore()))
 */
export const familyStoreContract: readonly ContractCase<FamilyStore>[] = [
  ...keepingCases,
  ...rotationCases,
  ...endingCases,
  ...concurrencyCases,
]

export { fakeClock, type FakeClock } from './clock.js'
export { testKeys, testServiceKeys, type TestKeys } from './keys.js'
export { sessionStoreContract } from './session-contract.js'
export { keyRingStoreContract } from './key-ring-contract.js'
export { revocationStoreContract } from './revocation-contract.js'
export type { ContractCase } from './contract.js'
export { checkRefreshHistory, type Breach, type Invariant } from './check-refresh-history.js'
export type {
  AccessUse,
  SessionMoment,
  HistoryEvent,
  RefreshAttempt,
  RefreshHistory,
} from './refresh-history.js'

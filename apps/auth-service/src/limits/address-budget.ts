import { busy, tooMany } from '../foundation/faults.js'
import type { Counter } from './counter.js'

/**
 * The failures that an address may have in a window of time. A login counts as a failure from its beginning, because many at
 * once would otherwise all be compared before the first one is counted; one that did not fail is taken back.
 */
export interface AddressBudget {
  /**
   * Counts a login as a failure, and as in progress until the returned function is called.
   *
   * @throws RequestFault with `Retry-After`: TOO_MANY when the budget is used up, BUSY while logins in progress have used it
   * up, since those may all be right; AuthError STORE_UNAVAILABLE
   */
  begin(network: string): Promise<() => void>
  /** The login did not fail. @throws AuthError STORE_UNAVAILABLE */
  takeBack(network: string): Promise<void>
}

/** @example const leave = await createAddressBudget(counter).begin(networkOf(request.ip)) */
export function createAddressBudget(failures: Counter): AddressBudget {
  const inProgress = createInProgress()
  return {
    begin: async (network) => {
      const wasInProgress = inProgress.has(network)
      const seconds = await failures.add(network)
      if (seconds > 0) await failures.takeBack(network)
      refuseOver({ seconds, isInProgress: wasInProgress || inProgress.has(network) })
      return inProgress.enter(network)
    },
    takeBack: (network) => failures.takeBack(network),
  }
}

/** Logins of this process that have begun and are not decided yet, by network. */
interface InProgress {
  has(network: string): boolean
  /** Until the returned function is called. */
  enter(network: string): () => void
}

function createInProgress(): InProgress {
  const counts = new Map<string, number>()
  return {
    has: (network) => counts.has(network),
    enter: (network) => {
      counts.set(network, (counts.get(network) ?? 0) + 1)
      return () => {
        const others = (counts.get(network) ?? 1) - 1
        if (others > 0) counts.set(network, others)
        else counts.delete(network)
      }
    },
  }
}

/** Logins in progress, now or when this one was counted, may all be right: a window of a quarter of an hour is for failures. */
function refuseOver(budget: { readonly seconds: number; readonly isInProgress: boolean }): void {
  const { seconds, isInProgress } = budget
  if (seconds > 0) throw isInProgress ? busy() : tooMany(seconds)
}

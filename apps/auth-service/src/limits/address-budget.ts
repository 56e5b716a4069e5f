import { isIPv6 } from 'node:net'
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
  /** The same budget, for OAuth clients that authenticate. */
  readonly clients: ClientLimits
}

/** Slows down callers that try secrets of OAuth clients. An address is one as the framework gives it. */
export interface ClientLimits {
  /** Before a secret is compared. @throws as {@link AddressBudget.begin} */
  admit(address: string): Promise<void> | void
  /** After a secret was wrong. @throws AuthError STORE_UNAVAILABLE */
  failed(address: string): Promise<void> | void
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
    clients: {
      admit: async (address) => {
        const network = networkOf(address)
        const wasInProgress = inProgress.has(network)
        const seconds = await failures.secondsToWait(network)
        refuseOver({ seconds, isInProgress: wasInProgress || inProgress.has(network) })
      },
      failed: async (address) => {
        await failures.add(networkOf(address))
      },
    },
  }
}

/**
 * The network whose budget an address uses: an IPv4 address alone, and of an IPv6 address the first 64 bits, since its owner
 * chooses the others.
 *
 * @example networkOf('2001:db8::1') // '2001:db8:0:0'
 */
export function networkOf(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(mapped)) return mapped
  const [head = '', tail] = mapped.replace(/%.*$/, '').split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':')
    while (groups.length + rest.length < 8) groups.push('0')
    groups.push(...rest)
  }
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')
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

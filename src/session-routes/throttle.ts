import { createHash } from 'node:crypto'
import { askStore } from '../foundation/ask-store.js'
import { AuthError } from '../foundation/errors.js'
import { networkOf } from './network.js'
import type { AttemptCount, AttemptStore } from './ports.js'

/** The most failed logins within `window` seconds. */
export interface ThrottleLimits {
  readonly account: number
  readonly network: number
  readonly window: number
}

/** Who tries to log in, as far as the counts are concerned. */
export interface Attempting {
  /** The account, as the caller names it; there need not be such an account. Undefined: only the network counts. */
  readonly account: string | undefined
  readonly address: string | undefined
}

/** An attempt that is counted as a failure until one of these is called. */
export interface Attempt {
  /** The credentials were right: clears the account's count, and remembers the network for it. Never rejects. */
  right(): Promise<void>
  /** It could not be said whether they were right: nothing stays counted. Never rejects. */
  takeBack(): Promise<void>
}

/** Admits attempts to log in. */
export interface Throttle {
  /** @throws AuthError ATTEMPTS_EXCEEDED with the seconds to wait; STORE_UNAVAILABLE */
  begin(attempting: Attempting): Promise<Attempt>
}

/** Seconds that a network stays known for an account after its last login from there. */
const knownFor = 14 * 86_400
const storeDeadlineMs = 500

/** What one attempt is counted under. */
interface Place {
  /** Names of counts, with the most that each may have. */
  readonly counts: readonly (readonly [name: string, most: number])[]
  /** Of the account alone and of it at this network: a right login clears both. */
  readonly cleared: readonly string[]
  /** Whether the account has logged in from this network. */
  readonly known: string | undefined
}

/**
 * Counts failed logins by account and by network. An attempt counts from its beginning, because many at once would
 * otherwise all be compared before the first one is counted.
 *
 * At a network from which an account has logged in, its attempts have a count of their own and use no other: strangers
 * cannot lock the owner out there.
 *
 * @example const attempt = await createThrottle(memoryAttempts(), limits).begin({ account, address })
 */
export function createThrottle(store: AttemptStore, limits: ThrottleLimits): Throttle {
  const ask = <T>(question: () => Promise<T>) => askStore(storeDeadlineMs, question)
  const add = (name: string, by: -1 | 1) => ask(() => store.add(name, by, limits.window))
  const takeBack = async (names: readonly string[]) => {
    await Promise.allSettled(names.map((name) => add(name, -1)))
  }
  return {
    begin: async (attempting) => {
      const place = await placeOf({ store, limits, ask }, attempting)
      await refuseFull(place, (name) => ask(() => store.add(name, 0, limits.window)))
      const counted: string[] = []
      for (const [name, most] of place.counts) {
        const { count, endsIn } = await add(name, 1)
        counted.push(name)
        if (count <= most) continue
        await takeBack(counted)
        throw new AuthError('ATTEMPTS_EXCEEDED', { retryAfter: endsIn })
      }
      return {
        takeBack: () => takeBack(counted),
        right: async () => {
          const { cleared, known } = place
          const others = counted.filter((name) => !cleared.includes(name))
          const clearing = cleared.map((name) => ask(() => store.set(name, 0, limits.window)))
          const knowing = known === undefined ? [] : [ask(() => store.set(known, 1, knownFor))]
          await Promise.allSettled([takeBack(others), ...clearing, ...knowing])
        },
      }
    },
  }
}

/** Looks before it counts: who goes on at a limit writes nothing. @throws AuthError ATTEMPTS_EXCEEDED */
async function refuseFull(
  { counts }: Place,
  read: (name: string) => Promise<AttemptCount>,
): Promise<void> {
  const found = await Promise.all(
    counts.map(async ([name, most]) => ({ most, ...(await read(name)) })),
  )
  const full = found.filter(({ count, most }) => count >= most).map(({ endsIn }) => endsIn)
  if (full.length > 0) throw new AuthError('ATTEMPTS_EXCEEDED', { retryAfter: Math.max(...full) })
}

interface Asking {
  readonly store: AttemptStore
  readonly limits: ThrottleLimits
  readonly ask: <T>(question: () => Promise<T>) => Promise<T>
}

async function placeOf(
  { store, limits, ask }: Asking,
  { account, address }: Attempting,
): Promise<Place> {
  const network = hashOf(networkOf(address))
  const ofNetwork = [`network:${network}`, limits.network] as const
  if (account === undefined) return { counts: [ofNetwork], cleared: [], known: undefined }
  const name = hashOf(nameOf(account))
  const here = hashOf(name, network)
  const [whole, own, known] = [`account:${name}`, `here:${here}`, `known:${here}`]
  const isKnown = (await ask(() => store.add(known, 0, knownFor))).count > 0
  const counts = isKnown
    ? [[own, limits.account] as const]
    : [ofNetwork, [whole, limits.account] as const]
  return { counts, cleared: [whole, own], known }
}

/** An account whose name is written in another way is the same: its case, spaces around it, its Unicode form. */
function nameOf(account: string): string {
  return account.normalize('NFKC').trim().toLowerCase()
}

function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}

import { busy } from '../foundation/faults.js'

/** Who a job is for. */
export interface Turn {
  /** See `networkOf`. */
  readonly network: string
  /** The name as the caller gave it: whether there is such an account is not known yet. */
  readonly account: string
}

/** Jobs that share a fixed number of slots, and take turns by who they are for. */
export interface FairQueue {
  /**
   * Runs a job as soon as it is its turn.
   *
   * @throws RequestFault BUSY with `Retry-After`, at once, when no more jobs of its account, its network or altogether may wait;
   * whatever the job throws
   */
  run<T>(turn: Turn, job: () => Promise<T>): Promise<T>
  /** @throws RequestFault BUSY with `Retry-After` when no more jobs of this network may wait */
  refuseWhenFull(network: string): void
  waiting(): number
}

/** Most jobs that wait: altogether, of one network, of one account there. */
const most = { all: 256, network: 64, account: 32 } as const

/**
 * A queue with that many slots. Networks take turns, and within a network its accounts do, so that neither many connections for
 * one account nor many invented names at one address make others wait for more than a turn. Of one account half of the slots
 * are used at most.
 *
 * @example await createFairQueue(4).run({ network: '203.0.113.7', account: 'bob' }, () => hash(password))
 */
export function createFairQueue(slots: number): FairQueue {
  const waiting = new Waiting()
  const inFlight = createTally()
  const mostInFlight = Math.max(1, Math.floor(slots / 2))
  let running = 0
  const mayStart = (turn: Turn) => running < slots && inFlight.of(turn) < mostInFlight
  const count = (turn: Turn, by: 1 | -1): void => {
    running += by
    inFlight.add(turn, by)
  }
  return {
    run: async (turn, job) => {
      if (mayStart(turn)) count(turn, 1)
      else await waiting.wait(turn)
      try {
        return await job()
      } finally {
        count(turn, -1)
        const next = waiting.takeNext(mayStart)
        if (next !== undefined) {
          count(next.turn, 1) // before it runs, or a newcomer could take the slot
          next.start()
        }
      }
    },
    refuseWhenFull: (network) => {
      waiting.refuseWhenFull(network)
    },
    waiting: () => waiting.size,
  }
}

/** Starts of jobs of one network, by account; in the order of their next turns. */
type Accounts = Map<string, (() => void)[]>

/** The jobs that wait, in the order of their next turns. */
class Waiting {
  readonly #networks = new Map<string, Accounts>()
  #size = 0

  get size(): number {
    return this.#size
  }

  refuseWhenFull(network: string): void {
    const starts = [...(this.#networks.get(network)?.values() ?? [])].flat()
    if (this.#size >= most.all || starts.length >= most.network) throw busy()
  }

  /** Until it is its turn. */
  async wait({ network, account }: Turn): Promise<void> {
    this.refuseWhenFull(network)
    const accounts: Accounts = this.#networks.get(network) ?? new Map<string, (() => void)[]>()
    const starts = accounts.get(account) ?? []
    if (starts.length >= most.account) throw busy()
    this.#size++
    await new Promise<void>((start) => {
      this.#networks.set(network, accounts.set(account, [...starts, start]))
    })
  }

  /** Takes the first job that may start. The next turn of its account, and of its network, then comes after all others. */
  takeNext(mayStart: (turn: Turn) => boolean): { turn: Turn; start: () => void } | undefined {
    for (const [network, accounts] of this.#networks)
      for (const [account, [start, ...others]] of accounts) {
        if (start === undefined || !mayStart({ network, account })) continue
        accounts.delete(account)
        this.#networks.delete(network)
        if (others.length > 0) accounts.set(account, others)
        if (accounts.size > 0) this.#networks.set(network, accounts)
        this.#size--
        return { turn: { network, account }, start }
      }
    return undefined
  }
}

/** How many jobs of each account are running. */
function createTally() {
  const counts = new Map<string, number>()
  const nameOf = ({ network, account }: Turn) => JSON.stringify([network, account])
  return {
    of: (turn: Turn) => counts.get(nameOf(turn)) ?? 0,
    add: (turn: Turn, by: number) => {
      const name = nameOf(turn)
      const now = (counts.get(name) ?? 0) + by
      if (now > 0) counts.set(name, now)
      else counts.delete(name)
    },
  }
}

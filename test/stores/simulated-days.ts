import { randomBytes } from 'node:crypto'
import {
  createServiceKeys,
  createSessions,
  type SessionStore,
  type Sessions,
} from '../../src/session/index.js'
import type { StoredSession, SweepRequest } from '../../src/session/ports.js'
import type { OpenStore } from './every-store.js'
import type { EarlierRelease, EarlierSessions, EarlierStore } from './recorded/earlier-sessions.js'

export const [hour, day] = [3600, 86_400]
/** Long after any clock that a server can have: nothing goes by its own expiry. */
const beginning = 4_000_000_000

/** Processes of a service over one store, in a time that is simulated for them and for the store. */
export class SimulatedDays {
  readonly opened: OpenStore
  now = beginning
  /** Sessions as they began. */
  readonly begun: StoredSession[] = []
  /** When a process took the turn to sweep. */
  readonly turns: number[] = []
  /** What sweeps were asked for, and how many sessions each removed. */
  readonly sweeps: (SweepRequest & { readonly removed: number })[] = []
  readonly processes: readonly Sessions[]
  readonly #pending = new Set<Promise<unknown>>()
  readonly #secret = randomBytes(32)

  constructor(opened: OpenStore, processes: number) {
    this.opened = opened
    const store = this.#watched(opened.store)
    this.processes = Array.from({ length: processes }, () =>
      createSessions({ ...this.#options(), store, monotonic: () => this.now }),
    )
  }

  /** A process of release 0.1.0 over the same sessions; none in memory, which a process has for itself. */
  earlier({
    createSessions,
    redisSessions,
    sqlSessions,
  }: EarlierRelease): EarlierSessions | undefined {
    const { sql, redis } = this.opened
    const store = sql ? sqlSessions(sql) : redis && redisSessions(redis.port, redis.prefix)
    if (store === undefined) return undefined
    return createSessions({ ...this.#options(), store: this.#noting(store) })
  }

  /** No request takes a minute: what goes on beside one is over before that. */
  async pass(seconds: number): Promise<void> {
    if (seconds >= 60) await this.rest()
    this.now += seconds
    if (seconds >= 60) await this.opened.passMinute()
  }

  /** Resolves when what goes on beside the requests is over. */
  readonly rest = async (): Promise<void> => {
    do {
      await Promise.allSettled(this.#pending)
      for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
    } while (this.#pending.size > 0)
  }

  #options() {
    return {
      serviceKey: createServiceKeys({ current: this.#secret }),
      sign: () => Promise.resolve('signed'),
      loadSubject: () => Promise.resolve({ claims: {} }),
      // What is under test is not how fast a busy machine is.
      storeDeadlineMs: 20_000,
      now: () => this.now,
    }
  }

  #noting(store: EarlierStore): EarlierStore {
    return {
      ...store,
      create: async (session) => {
        await store.create(session)
        this.begun.push(session as StoredSession) // what is read of it, both releases have
      },
    }
  }

  #watched(store: SessionStore): SessionStore {
    const watch = <T>(running: Promise<T>): Promise<T> => {
      this.#pending.add(running)
      const over = () => this.#pending.delete(running)
      running.then(over, over)
      return running
    }
    return {
      ...store,
      clock: () => watch(Promise.resolve(this.now)),
      create: async (session) => {
        await store.create(session)
        this.begun.push(session)
      },
      takeTurn: async (request) => {
        const at = this.now
        const hasTurn = await watch(store.takeTurn(request))
        if (hasTurn) this.turns.push(at)
        return hasTurn
      },
      sweep: async (request) => {
        const removed = await watch(store.sweep(request))
        this.sweeps.push({ ...request, removed })
        return removed
      },
    }
  }
}

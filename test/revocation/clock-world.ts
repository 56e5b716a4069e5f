import type fc from 'fast-check'
import { expect, vi } from 'vitest'
import type { Claims, VerifiedToken } from '../../src/token/index.js'
import {
  createRevocation,
  type Revocation,
  type RevocationEntry,
  type RevocationEvent,
} from '../../src/revocation/index.js'
import { nameOf, ShakyStore, union } from './shaky-store.js'
import { issuer } from './tokens.js'

const accessTtl = 60
/** Unix seconds at which every run begins. */
export const start = 10_000
/** Seconds for which the system clock may be wrong in this model: after that, a process takes the wrong time for the right one. */
const longestClockError = accessTtl + 360 - 60

/** Time between two heartbeats, and of one step of {@link World.advance}. */
const stepMs = 20

interface Process {
  revocation: Revocation
  /** Entries that it must enforce: its own, and those in the store at the start of its last successful heartbeat. */
  required: Map<string, RevocationEntry>
  readonly events: RevocationEvent[]
  epochs: Set<string>
  /** Start of the last successful heartbeat. */
  heartbeatAt: number
}

export type Kind = 'jti' | 'sid' | 'client' | 'sub'
const claimNames = { jti: 'jti', sid: 'sid', client: 'client_id', sub: 'sub' } as const
const values = ['a', 'b', 'n0', 'n1199']
/** `iat` of the tokens that are checked. No cut-off reaches the last one. */
const issueTimes = [start - 50, start + 100, start + 400, Number.MAX_SAFE_INTEGER]

/**
 * The world of moving-clock-model.test.ts.
 *
 * System under test: two processes with `createRevocation` over one {@link ShakyStore}. Time is simulated.
 * Moves: revoke in a process, add to the store, let time pass, put the system clock wrong, restart a process, and
 * everything that the store can do (see there): reject, disconnect, lose all or some entries, deliver late or in disorder.
 * Invariants, after each move (`check`): a process refuses every token of its `required` entries; it refuses no token that
 * no entry ever added refuses; it says "unknown" only while not ready; it is not ready without a heartbeat for 10 s.
 * In the end (`settle`): the store holds every required entry again, and both processes agree with it.
 */
export class World {
  readonly scheduler: fc.Scheduler
  readonly store: ShakyStore
  readonly tokenOf: (claims: Claims) => VerifiedToken
  readonly processes: Process[] = []
  /** The true time, in Unix seconds. */
  time = start
  /** Seconds by which the system clock is ahead of the true time. */
  #clockError = 0
  /** Seconds since the system clock was last right. */
  #secondsWrong = 0
  /** Whether the system clock has been wrong by more than a minute once. */
  #hasJumped = false

  constructor(scheduler: fc.Scheduler, tokenOf: World['tokenOf']) {
    this.scheduler = scheduler
    this.tokenOf = tokenOf
    this.store = new ShakyStore(scheduler, (owner) => {
      const [process, askedAt] = [this.processes[owner], this.time]
      return (entries) => {
        if (!process) return
        process.heartbeatAt = Math.max(process.heartbeatAt, askedAt)
        for (const entry of entries) note(process.required, entry)
      }
    })
    for (const owner of [0, 1]) this.processes.push(this.#begin(owner))
  }

  /** Time of the system clock. */
  get wall(): number {
    return this.time + this.#clockError
  }

  restart(owner: number): void {
    this.processes[owner]?.revocation.close()
    this.processes[owner] = this.#begin(owner)
  }

  #begin(owner: number): Process {
    const events: RevocationEvent[] = []
    const revocation = createRevocation({
      store: this.store.for(owner),
      ...{ issuer, accessTtl, heartbeatEveryMs: stepMs, maxStaleness: '10s' },
      now: () => this.wall,
      monotonic: () => this.time,
      onEvent: (event) => void events.push(event),
    })
    revocation.start().catch(() => undefined)
    return { revocation, required: new Map(), events, epochs: new Set(), heartbeatAt: -Infinity }
  }

  /** Revokes in a process. Its clock decides until when the entry is kept, and whether the cut-off is too far ahead. */
  revoke(owner: number, wanted: RevocationEntry): void {
    const before = 'before' in wanted ? wanted.before : this.wall
    if (before > this.wall + 60) return
    const entry = { ...wanted, expiresAt: Math.max(this.wall, before) + accessTtl + 360 }
    const process = this.processes[owner]
    if (!process) throw new Error('the world has no such process')
    const request =
      entry.kind === 'sub'
        ? { subject: entry.value, before: entry.before }
        : entry.kind === 'all'
          ? { all: true as const, before: entry.before }
          : { [entry.kind]: entry.value }
    // The names of a request are those of the kinds.
    process.revocation.revoke(request as Parameters<Revocation['revoke']>[0]).catch(() => undefined)
    note(process.required, entry)
    note(this.store.everAdded, entry)
  }

  add(entries: readonly RevocationEntry[]): void {
    this.store.put(entries)
  }

  /** Ignores a second jump: a clock that is wrong twice by the same time looks right. */
  setClockError(seconds: number): void {
    const isJump = Math.abs(seconds) > 60
    if (isJump && this.#hasJumped) return
    this.#hasJumped ||= isJump
    this.#clockError = seconds
  }

  passTime(seconds: number): void {
    this.time += seconds
    this.#secondsWrong = this.#clockError === 0 ? 0 : this.#secondsWrong + seconds
    if (this.#secondsWrong > longestClockError) this.#clockError = 0
  }

  /** Runs the timers of some steps. In each step up to `answers` pending answers of the store arrive, in the scheduler's order. */
  async advance(steps: number, answers = 1): Promise<void> {
    for (let n = 0; n < steps; n++) {
      await vi.advanceTimersByTimeAsync(stepMs)
      for (let at = 0; at < answers && this.scheduler.count() > 0; at++)
        await this.scheduler.waitNext(1)
    }
    for (const { revocation, epochs } of this.processes) {
      const { epoch } = revocation.status()
      if (epoch !== undefined) epochs.add(epoch)
    }
  }

  entry(
    kind: Kind | 'all',
    value: string,
    times: { lives?: number; back: number },
  ): RevocationEntry {
    const before = this.time - times.back
    const expiresAt = this.time + (times.lives ?? accessTtl) + 360
    if (kind === 'all') return { kind, issuer, before, expiresAt }
    if (kind === 'sub') return { kind, issuer, value, before, expiresAt }
    return { kind, issuer, value, expiresAt }
  }

  /** Whether one of these entries refuses a token of this name and `iat` now, by the true time and the system clock. */
  isRefused(known: ReadonlyMap<string, RevocationEntry>, name: string, iat: number): boolean {
    return [name, 'all '].some((each) => {
      const entry = known.get(each)
      return (
        entry !== undefined &&
        this.wall < entry.expiresAt &&
        this.time < entry.expiresAt &&
        (!('before' in entry) || iat <= entry.before)
      )
    })
  }

  /** Checks the invariants that hold at any time. */
  check(): void {
    for (const { revocation, heartbeatAt } of this.processes)
      if (revocation.ready() && this.time - heartbeatAt > 10)
        throw new Error('a process is ready without a heartbeat for more than 10 s')
    for (const { revocation, required } of this.processes)
      for (const { kind, value, iat } of questions) {
        const name = `${kind} ${value}`
        const refused = ask(revocation, this.tokenOf({ [claimNames[kind]]: value, iat }))
        if (this.isRefused(required, name, iat) && refused !== true)
          throw new Error(`${name} is revoked, but isRevoked gives ${String(refused)}`)
        if (
          refused === true &&
          !this.isRefused(this.store.everAdded, name, iat) &&
          this.#clockError === 0
        )
          throw new Error(`${name} is refused, but was never revoked`)
        if (refused === undefined && revocation.ready())
          throw new Error(`${name} is unknown to a process that is ready`)
      }
  }

  /** Revokes while the store rejects writes with its feeds open: the entry must be written again later. */
  async revokeWhileFull(): Promise<void> {
    this.store.isFull = true
    this.revoke(0, this.entry('client', 'b', { back: 0 }))
    await this.advance(5, Infinity)
    this.store.isFull = false
    await this.advance(20, Infinity)
  }

  /** Checks that each process refuses exactly what the entries of the store refuse. */
  checkAgreement(): void {
    for (const { revocation } of this.processes)
      for (const { kind, value, iat } of questions) {
        const refused = ask(revocation, this.tokenOf({ [claimNames[kind]]: value, iat }))
        if (refused !== this.isRefused(this.store.held, `${kind} ${value}`, iat))
          throw new Error(`${kind} ${value} differs from the store: ${String(refused)}`)
      }
  }

  /** Repairs everything, waits, and checks that the store and both processes hold all required entries. */
  async settle(): Promise<void> {
    this.store.isDown = false
    this.store.isFull = false
    this.#clockError = 0
    for (let times = 0; times < 3; times++) {
      // A start that failed is repeated.
      for (const { revocation } of this.processes) revocation.start().catch(() => undefined)
      await this.advance(70, Infinity)
    }
    await this.revokeWhileFull()
    this.check()
    const all = new Map<string, RevocationEntry>()
    for (const { required } of this.processes)
      for (const entry of required.values()) note(all, entry)
    for (const [name, entry] of all) {
      if (entry.expiresAt <= this.time) continue
      const held = this.store.held.get(name)
      if (!held || union(held, entry).expiresAt !== held.expiresAt)
        throw new Error(`the store lacks ${name}`)
      if ('before' in entry && 'before' in held && held.before < entry.before)
        throw new Error(`the store has an earlier cut-off of ${name}`)
      for (const process of this.processes)
        process.required.set(name, union(process.required.get(name), entry))
    }
    this.check()
    this.checkAgreement()
    for (const { revocation, events, epochs } of this.processes) {
      expect(revocation.ready()).toBe(true)
      expect(revocation.status().epoch).toBe(this.store.epoch)
      const resets = events.filter(({ kind }) => kind === 'storeReset').length
      expect(resets).toBeGreaterThanOrEqual(epochs.size - 1)
    }
  }
}

/** Tokens to check: each name of each kind with each time of issue. */
const questions = (Object.keys(claimNames) as Kind[]) // it has no other keys
  .flatMap((kind) => values.flatMap((value) => issueTimes.map((iat) => ({ kind, value, iat }))))

function note(known: Map<string, RevocationEntry>, entry: RevocationEntry): void {
  known.set(nameOf(entry), union(known.get(nameOf(entry)), entry))
}

/** Undefined: unknown. */
function ask(revocation: Revocation, token: VerifiedToken): boolean | undefined {
  try {
    return revocation.isRevoked(token)
  } catch {
    return undefined
  }
}

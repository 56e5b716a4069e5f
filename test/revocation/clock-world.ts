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
/** Unix seconds at which everything begins. */
export const start = 10_000
/** Seconds for which a clock may be wrong: longer than that it is believed. */
const longestWrong = accessTtl + 360 - 60

/** Turns of the event loop and answers of the store, until nothing is left to come. */
const stepMs = 20

interface Process {
  revocation: Revocation
  /** What it must refuse: its own, and what the store had when a heartbeat of its was asked for that came back. */
  must: Map<string, RevocationEntry>
  readonly events: RevocationEvent[]
  epochs: Set<string>
  /** When the last heartbeat that is back was asked for. */
  confirmedAt: number
}

export type Kind = 'jti' | 'sid' | 'client' | 'sub'
const claimNames = { jti: 'jti', sid: 'sid', client: 'client_id', sub: 'sub' } as const
const values = ['a', 'b', 'n0', 'n1199']
/** Beside the start: no cut-off reaches the second. */
const issueTimes = [start - 50, start + 100, start + 400, Number.MAX_SAFE_INTEGER]

/** Two processes over one store, whose clock moves on by minutes while it loses, forgets and is late. */
export class World {
  readonly scheduler: fc.Scheduler
  readonly store: ShakyStore
  readonly tokenOf: (claims: Claims) => VerifiedToken
  readonly processes: Process[] = []
  /** True seconds; the system's clock may be wrong by `wrong`. */
  time = start
  wrong = 0
  #wrongFor = 0
  #hasJumped = false

  constructor(scheduler: fc.Scheduler, tokenOf: World['tokenOf']) {
    this.scheduler = scheduler
    this.tokenOf = tokenOf
    this.store = new ShakyStore(scheduler, (owner) => {
      const [process, askedAt] = [this.processes[owner], this.time]
      return (entries) => {
        if (!process) return
        process.confirmedAt = Math.max(process.confirmedAt, askedAt)
        for (const entry of entries) note(process.must, entry)
      }
    })
    for (const owner of [0, 1]) this.processes.push(this.#begin(owner))
  }

  get wall(): number {
    return this.time + this.wrong
  }

  restart(owner: number): void {
    this.processes[owner]?.revocation.close()
    this.processes[owner] = this.#begin(owner)
  }

  #begin(owner: number): Process {
    const events: RevocationEvent[] = []
    const revocation = createRevocation({
      store: this.store.for(owner),
      ...{ issuer, accessTtl, beatEveryMs: stepMs, maxStaleness: '10s' },
      now: () => this.wall,
      monotonic: () => this.time,
      onEvent: (event) => void events.push(event),
    })
    revocation.start().catch(() => undefined)
    return { revocation, must: new Map(), events, epochs: new Set(), confirmedAt: -Infinity }
  }

  /** As a process does it, whose clock says how long the entry is kept, and refuses a cut-off that is far ahead. */
  revoke(owner: number, wanted: RevocationEntry): void {
    const before = 'before' in wanted ? wanted.before : this.wall
    if (before > this.wall + 60) return
    const entry = { ...wanted, expiresAt: Math.max(this.wall, before) + accessTtl + 360 }
    const process = this.processes[owner]
    if (!process) throw new Error('there is no such process')
    const request =
      entry.kind === 'sub'
        ? { subject: entry.value, before: entry.before }
        : entry.kind === 'all'
          ? { all: true as const, before: entry.before }
          : { [entry.kind]: entry.value }
    // The names of a request are those of the kinds.
    process.revocation.revoke(request as Parameters<Revocation['revoke']>[0]).catch(() => undefined)
    note(process.must, entry)
    note(this.store.ever, entry)
  }

  add(entries: readonly RevocationEntry[]): void {
    this.store.put(entries)
  }

  /** By much only once: of a clock that is wrong in the same way twice, and right when nobody looks, nobody can tell. */
  setWrong(seconds: number): void {
    const isJump = Math.abs(seconds) > 60
    if (isJump && this.#hasJumped) return
    this.#hasJumped ||= isJump
    this.wrong = seconds
  }

  pass(seconds: number): void {
    this.time += seconds
    this.#wrongFor = this.wrong === 0 ? 0 : this.#wrongFor + seconds
    if (this.#wrongFor > longestWrong) this.wrong = 0
  }

  /** Lets time for timers pass, and at each step one answer come, or as many as there are; the scheduler says which first. */
  async turn(steps: number, answers = 1): Promise<void> {
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

  /** Whether some entry of these refuses a token of this name and time, at this moment. */
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

  /** Whatever must be refused is; what nobody has ever said is not; who can not tell says so. */
  check(): void {
    for (const { revocation, confirmedAt } of this.processes)
      if (revocation.ready() && this.time - confirmedAt > 10)
        throw new Error('one who has heard of nothing for too long is ready')
    for (const { revocation, must } of this.processes)
      for (const { kind, value, iat } of questions) {
        const name = `${kind} ${value}`
        const refused = ask(revocation, this.tokenOf({ [claimNames[kind]]: value, iat }))
        if (this.isRefused(must, name, iat) && refused !== true)
          throw new Error(`${name} is un-revoked: ${String(refused)}`)
        if (refused === true && !this.isRefused(this.store.ever, name, iat) && this.wrong === 0)
          throw new Error(`${name} is refused for nothing`)
        if (refused === undefined && revocation.ready())
          throw new Error(`${name} is not known to one who is ready`)
      }
  }

  /** The store does not take it, though its feeds stand: it must be given it again. */
  async revokeInVain(): Promise<void> {
    this.store.isFull = true
    this.revoke(0, this.entry('client', 'b', { back: 0 }))
    await this.turn(5, Infinity)
    this.store.isFull = false
    await this.turn(20, Infinity)
  }

  /** Everybody refuses what the store says, and nothing else. */
  checkAgreement(): void {
    for (const { revocation } of this.processes)
      for (const { kind, value, iat } of questions) {
        const refused = ask(revocation, this.tokenOf({ [claimNames[kind]]: value, iat }))
        if (refused !== this.isRefused(this.store.held, `${kind} ${value}`, iat))
          throw new Error(`${kind} ${value} is not as the store says: ${String(refused)}`)
      }
  }

  /** In the end all know all, and the store holds it. */
  async settle(): Promise<void> {
    this.store.isDown = false
    this.store.isFull = false
    this.wrong = 0
    for (let times = 0; times < 3; times++) {
      // Whoever could not be started is started again.
      for (const { revocation } of this.processes) revocation.start().catch(() => undefined)
      await this.turn(70, Infinity)
    }
    await this.revokeInVain()
    this.check()
    const all = new Map<string, RevocationEntry>()
    for (const { must } of this.processes) for (const entry of must.values()) note(all, entry)
    for (const [name, entry] of all) {
      if (entry.expiresAt <= this.time) continue
      const held = this.store.held.get(name)
      if (!held || union(held, entry).expiresAt !== held.expiresAt)
        throw new Error(`the store lacks ${name}`)
      if ('before' in entry && 'before' in held && held.before < entry.before)
        throw new Error(`the store has less of ${name}`)
      for (const process of this.processes)
        process.must.set(name, union(process.must.get(name), entry))
    }
    this.check()
    this.checkAgreement()
    for (const { revocation, events, epochs } of this.processes) {
      expect(revocation.ready()).toBe(true)
      expect(revocation.status().epoch).toBe(this.store.epoch)
      const anew = events.filter(({ kind }) => kind === 'beganAnew').length
      expect(anew).toBeGreaterThanOrEqual(epochs.size - 1)
    }
  }
}

/** A name and a time of issue, of every kind that is asked about. */
const questions = (Object.keys(claimNames) as Kind[]) // nothing else is in it
  .flatMap((kind) => values.flatMap((value) => issueTimes.map((iat) => ({ kind, value, iat }))))

function note(known: Map<string, RevocationEntry>, entry: RevocationEntry): void {
  known.set(nameOf(entry), union(known.get(nameOf(entry)), entry))
}

/** Undefined: it can not tell. */
function ask(revocation: Revocation, token: VerifiedToken): boolean | undefined {
  try {
    return revocation.isRevoked(token)
  } catch {
    return undefined
  }
}

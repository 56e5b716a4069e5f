import type { Logger } from 'pino'
import type { Revocation } from 'jotgate'
import type { StoreClock } from 'jotgate/extend'

/** Notices that the clock of this process, or of another one, is or was wrong. */
export interface Clocks {
  /** What to do about it, for `/readyz`; usually empty. */
  notes(): readonly string[]
  close(): void
}

/** Options of {@link watchClocks}. */
export interface ClocksParts {
  /** Stores that may have a clock, by the name of their server. */
  readonly stores: Readonly<Record<string, StoreClock>>
  readonly revocation: Pick<Revocation, 'status'>
  readonly log: Pick<Logger, 'warn'>
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
}

/** Seconds by which clocks may differ: verifiers tolerate as much. */
const tolerance = 60
const lookEveryMs = 30_000

/**
 * Compares this process's clock with those of the stores, every half minute, and looks for revocations dated ahead. Each
 * note is also logged, once.
 *
 * @example const clocks = await watchClocks({ stores: { 'the database': stores.keys }, revocation, log })
 */
export async function watchClocks(parts: ClocksParts): Promise<Clocks> {
  const { stores, revocation, log, now = () => Date.now() / 1000 } = parts
  const ahead = new Map<string, number>()
  const logged = new Set<string>()
  const notes = () => [
    ...[...ahead].filter(([, by]) => Math.abs(by) > tolerance).map(differsNote),
    ...cutOffNotes(revocation.status().cutOffAhead),
  ]
  const look = async () => {
    for (const [name, store] of Object.entries(stores)) await compare(name, store)
    for (const note of notes()) {
      const kind = note.replace(/\d+/g, '')
      if (!logged.has(kind)) log.warn(note)
      logged.add(kind)
    }
  }
  const compare = async (name: string, store: StoreClock) => {
    const asked = now()
    const told = await store.clock?.().catch(() => undefined)
    // Asked before and answered after: the server read its clock somewhere between.
    if (told !== undefined) ahead.set(name, (asked + now()) / 2 - told)
  }
  await look()
  const timer = setInterval(() => void look(), lookEveryMs).unref()
  return {
    notes,
    close: () => {
      clearInterval(timer)
    },
  }
}

function differsNote([name, by]: readonly [string, number]): string {
  const side = by > 0 ? 'ahead of' : 'behind'
  return (
    `the clock of this process is ${String(Math.round(Math.abs(by)))} s ${side} the clock of ${name}; ` +
    'put the wrong one right: tokens are refused where clocks differ by more than a minute'
  )
}

function cutOffNotes(by: number): readonly string[] {
  if (by <= tolerance) return []
  return [
    `all tokens are revoked until ${String(by)} s from now: by about so much a clock was wrong when the store of ` +
      'revocations was first used or everything was revoked, or the clock of this process is wrong now; ' +
      'tokens issued since then are valid all the same',
  ]
}

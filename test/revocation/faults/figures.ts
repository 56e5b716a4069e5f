import { reconnectionMs } from './check-history.js'
import { createFinder, type History } from './history.js'

/** Figures of a run. Times in milliseconds. */
export interface Figures {
  readonly accepted: number
  readonly refused: number
  readonly unknown: number
  readonly acknowledged: number
  readonly notAcknowledged: number
  /** Of a request: median, p99 and maximum. */
  readonly requestMs: readonly [number, number, number]
  /** From the end of the fault until the last process followed the store again. */
  readonly reconnectMs: number
  /** The longest time for which a process that followed again accepted a token revoked before. */
  readonly enforceMs: number
  readonly restorations: number
  readonly lost: number
  readonly storeResets: number
}

/** @example console.log(figuresOf(history)) */
export function figuresOf(history: History): Figures {
  const { uses, revokes, notes, faults } = history
  const count = <T>(of: readonly T[], test: (each: T) => boolean) => of.filter(test).length
  const countOf = (what: string) => count(notes, (note) => note.what === what)
  const times = uses.map(({ began, ended }) => ended - began).sort((a, b) => a - b)
  const reconnections = faults.flatMap(({ nodes, healed }) =>
    nodes.map((node) =>
      reconnectionMs(
        notes.filter((note) => note.node === node),
        healed,
      ),
    ),
  )
  return {
    accepted: count(uses, ({ status }) => status === 200),
    refused: count(uses, ({ status }) => status === 401),
    unknown: count(uses, ({ status }) => status === 503),
    acknowledged: count(revokes, ({ status }) => status === 204),
    notAcknowledged: count(revokes, ({ status }) => status !== 204),
    requestMs: [atPart(times, 0.5), atPart(times, 0.99), atPart(times, 1)],
    reconnectMs: Math.max(0, ...reconnections),
    enforceMs: enforcementMs(history),
    restorations: countOf('restored'),
    lost: countOf('lost'),
    storeResets: countOf('storeReset'),
  }
}

/** Quantile of sorted numbers, for `part` from 0 to 1. */
export function atPart(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

function enforcementMs({ uses, revokes, notes, tokens }: History): number {
  const find = createFinder(revokes)
  let most = 0
  for (const { status, node, token, began } of uses) {
    const facts = tokens[token]
    if (status !== 200 || facts === undefined) continue
    const acked = find(facts).filter((attempt) => attempt.status === 204)
    for (const note of notes) {
      if (note.what !== 'recovered' || note.node !== node || note.at > began) continue
      if (acked.some(({ answered }) => answered < note.at)) most = Math.max(most, began - note.at)
    }
  }
  return most
}

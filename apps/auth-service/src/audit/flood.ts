import { theService, type RecordedEvent } from '../events/event.js'
import { chainKinds } from './chain-kinds.js'
import { ownEntry, toEntry, type Entry } from './entry.js'

/** Bounds on the rows that strangers can cause in a minute. */
export const bounds = {
  /** Single rows for one kind of refusal of one party; the others are counted in one more row. */
  single: 10,
  /** The same for one kind of act that a user or a client does to itself. */
  own: 60,
  /** Parties, and networks, that have such rows; all others share one row. */
  parties: 1000,
  networks: 100,
} as const

/** Decides which events have rows of their own. */
export interface Flood {
  /** The entry of an event; undefined for one that is only counted. */
  admit(event: RecordedEvent): Entry | undefined
  /** Counts a login with a name that no user has. */
  unknown(network: string): void
  /** The rows for what was counted since the last call. */
  counted(): readonly Entry[]
}

interface Count {
  count: number
  readonly first: RecordedEvent
}

/** The name under which everything beyond the bounds is counted. */
const rest = ''

/** Single rows of an event's kind and party: of what is done to others, and what commands do, each has its row. */
function mostSingle({ result, kind, actor, subject }: RecordedEvent): number {
  if (result === 'refused' || kind === 'session.replayed') return bounds.single
  const isOwn = subject === undefined && (actor.kind === 'user' || actor.kind === 'client')
  return isOwn || actor.kind === 'service' ? bounds.own : Infinity
}

/**
 * Bounds of rows: who sends refused requests, or does the same to itself over and over, fills no disk. What administrators do
 * is never counted together.
 *
 * @example const flood = createFlood(); flood.admit(event); setInterval(() => flood.counted().forEach(add), 60_000)
 */
export function createFlood(now: () => number = Date.now): Flood {
  let since = now()
  const [refusals, acts] = [new Map<string, Count>(), new Map<string, Count>()]
  const networks = new Map<string, number>()
  return {
    admit: (event) =>
      mayHaveRow(event, event.result === 'refused' ? refusals : acts) ? toEntry(event) : undefined,
    unknown: (network) => {
      const name = networks.has(network) || networks.size < bounds.networks ? network : rest
      networks.set(name, (networks.get(name) ?? 0) + 1)
    },
    counted: () => {
      const span = { since: seconds(since), until: seconds(now()) }
      since = now()
      const entries = [
        ...[...refusals, ...acts].flatMap(([name, { count, first }]) => {
          const more = name === rest ? count : count - mostSingle(first)
          return more <= 0 ? [] : [countedEntry(name, first, { ...span, count: more })]
        }),
        ...[...networks].map(([network, count]) => unknownEntry(network, { ...span, count })),
      ]
      refusals.clear()
      acts.clear()
      networks.clear()
      return entries
    },
  }
}

/** Counts an event, and says whether it has a row of its own. */
function mayHaveRow(event: RecordedEvent, counts: Map<string, Count>): boolean {
  const most = mostSingle(event)
  if (most === Infinity) return true
  const { kind, reason = '', result, actor, subject = actor } = event
  const party = actor.kind === 'service' ? subject : actor
  const wanted = JSON.stringify([kind, reason, party.kind, party.id])
  const isKnown = counts.has(wanted) || counts.size < bounds.parties
  // Of very many users who do something each act has its row: one that were hidden might be the thief's.
  if (!isKnown && result === 'done') return true
  const name = isKnown ? wanted : rest
  const known = counts.get(name)
  if (known === undefined) counts.set(name, { count: 1, first: event })
  else known.count++
  return name !== rest && (known?.count ?? 1) <= most
}

interface Counted {
  readonly since: number
  readonly until: number
  readonly count: number
}

/** Without address and session: they may differ. */
function countedEntry(name: string, first: RecordedEvent, details: Counted): Entry {
  if (name === rest) return lostEntry(details.count, { reason: 'too-many', details })
  const { kind, result, reason, actor, subject } = first
  const more = { ...(reason !== undefined && { reason }), ...(subject && { subject }) }
  return ownEntry({ kind, result, actor, ...more, details: { ...details } })
}

/** @example lostEntry(12, { reason: 'unavailable' }) */
export function lostEntry(
  count: number,
  { reason, details }: { readonly reason: 'too-many' | 'unavailable'; readonly details?: object },
): Entry {
  const all = { ...details, count }
  return ownEntry({
    kind: chainKinds.lost,
    result: 'refused',
    reason,
    actor: theService,
    details: all,
  })
}

function unknownEntry(network: string, details: Counted): Entry {
  const from = network === rest ? {} : { from: { address: network } }
  return ownEntry({
    ...{ kind: chainKinds.unknown, result: 'refused', actor: theService, ...from },
    details: { ...details },
  })
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}

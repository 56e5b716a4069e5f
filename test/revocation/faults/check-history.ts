import {
  createFinder,
  type Fault,
  type History,
  type Note,
  type RevokeAttempt,
  type Use,
} from './history.js'

/**
 * V1: no token is accepted later than `maxStaleness` after its revocation was acknowledged. V3: after healing a process
 * reconnects, and what was acknowledged before is enforced there soon. V4: what was acknowledged is enforced by everybody
 * in the end, by a process that has just started too; what was not is a 503. V5: what a process has refused as revoked it
 * never accepts again. O1: nothing is accepted by a process that can not know, and none ends. O2: a token that nobody has
 * revoked is accepted for as long as the last answer of the store is good, then 503 with Retry-After, never 401.
 */
export type Invariant = keyof typeof checks

/** A breach of an invariant. */
export interface Breach {
  readonly invariant: Invariant
  readonly node: string
  /** When, on the history's clock. */
  readonly at: number
  readonly message: string
}

/** Milliseconds: how long what is promised without a time of its own may take. */
export interface Patience {
  /** From healing until a process follows the store again. */
  readonly reconnectMs: number
  /** From there until everything that was acknowledged before is enforced. */
  readonly enforceMs: number
}

/**
 * Checks a recorded run, after the run and without any process. Only what can not have happened in any order that the
 * times allow is a breach: requests in flight at once are none.
 *
 * @example expect(checkHistory(history, { reconnectMs: 2000, enforceMs: 1000 })).toEqual([])
 */
export function checkHistory(history: History, patience: Patience): readonly Breach[] {
  const find = createFinder(history.revokes)
  const attempts = history.tokens.map(find)
  const run = {
    ...history,
    patience,
    about: (use: Use) => attempts[use.token] ?? [],
    notesOf: groupBy(history.notes),
    usesOf: groupBy(history.uses),
  }
  // Object.entries forgets the names' type.
  return Object.entries(checks).flatMap(([invariant, check]) =>
    check(run).map((finding) => ({ invariant: invariant as Invariant, ...finding })),
  )
}

const checks = {
  V1: acceptedTooLate,
  V3: slowToHeal,
  V4: forgotten,
  V5: revived,
  O1: blindOrGone,
  O2: badAnswers,
} as const satisfies Record<string, (run: Run) => readonly Finding[]>

/** A breach, as the check of one invariant sees it. */
type Finding = Omit<Breach, 'invariant'>

interface Run extends History {
  readonly patience: Patience
  /** The attempts to revoke that are about the token of a use. */
  readonly about: (use: Use) => readonly RevokeAttempt[]
  readonly notesOf: ReadonlyMap<string, readonly Note[]>
  readonly usesOf: ReadonlyMap<string, readonly Use[]>
}

const acknowledged = 204

/** When the first of these was acknowledged; infinite for never. */
function ackedAt(attempts: readonly RevokeAttempt[]): number {
  return Math.min(
    ...attempts.map(({ status, answered }) => (status === acknowledged ? answered : Infinity)),
  )
}

function acceptedTooLate(run: Run): Finding[] {
  return accepted(run).flatMap((use) => {
    const late = use.began - ackedAt(run.about(use))
    if (late <= run.maxStalenessMs) return []
    return [at(use, `accepted ${late.toFixed(0)} ms after its revocation was acknowledged`)]
  })
}

function slowToHeal(run: Run): Finding[] {
  const slow = run.faults.flatMap(({ nodes, healed }) =>
    nodes.flatMap((node) => {
      const late = reconnectionMs(run.notesOf.get(node) ?? [], healed)
      if (late <= run.patience.reconnectMs) return []
      return [{ node, at: healed, message: 'did not reconnect in time' }]
    }),
  )
  const lax = accepted(run).flatMap((use) => {
    const acked = ackedAt(run.about(use))
    const lasts = (run.notesOf.get(use.node) ?? []).some(
      ({ what, at: time }) =>
        what === 'recovered' && time > acked && use.began > time + run.patience.enforceMs,
    )
    return lasts ? [at(use, 'accepted long after the process had reconnected')] : []
  })
  return [...slow, ...lax]
}

/** From healing until the feed that was lost stands again; 0 when none was lost then. */
export function reconnectionMs(notes: readonly Note[], healed: number): number {
  const lost = notes.findLast(({ what, at: time }) => what === 'lost' && time <= healed)
  if (lost === undefined) return 0
  const back = notes.find(({ what, at: time }) => what === 'recovered' && time > lost.at)
  return back === undefined ? Infinity : Math.max(0, back.at - healed)
}

function forgotten(run: Run): Finding[] {
  const ambiguous = run.revokes.flatMap(({ node, answered, status }) =>
    status === acknowledged || status === 503
      ? []
      : [{ node, at: answered, message: `an attempt to revoke was answered ${String(status)}` }],
  )
  const revived = accepted(run)
    .filter((use) => use.last && ackedAt(run.about(use)) < use.began)
    .map((use) => at(use, 'a revocation that was acknowledged is enforced no more'))
  return [...ambiguous, ...revived]
}

function revived(run: Run): Finding[] {
  return [...run.usesOf.values()].flatMap((uses) => {
    const refused = new Map<number, number>()
    for (const { status, token, ended } of uses)
      if (status === 401) refused.set(token, Math.min(ended, refused.get(token) ?? Infinity))
    return uses
      .filter(({ status, token, began }) => status === 200 && began > (refused.get(token) ?? began))
      .map((use) => at(use, 'accepted after it had been refused'))
  })
}

function blindOrGone(run: Run): Finding[] {
  const exits = run.notes.filter(({ what }) => what === 'exited')
  const blind = accepted(run).flatMap((use) => {
    const ready = (run.notesOf.get(use.node) ?? []).find(({ what }) => what === 'ready')
    if (ready === undefined || use.ended < ready.at)
      return [at(use, 'accepted before the whole store had been read')]
    const cut = run.faults.some((fault) => isBlind(fault, use, run))
    return cut ? [at(use, 'accepted by a process that could not know')] : []
  })
  return [
    ...exits.map((note) => at({ ...note, began: note.at }, 'the process has ended')),
    ...blind,
  ]
}

function isBlind({ nodes, cutFrom, healing }: Fault, use: Use, { maxStalenessMs }: Run): boolean {
  if (cutFrom === undefined || !nodes.includes(use.node)) return false
  return use.began > cutFrom + maxStalenessMs && use.ended < healing
}

function badAnswers(run: Run): Finding[] {
  return run.uses.flatMap((use) => {
    if (use.status === 200) return []
    if (use.status === 503) return badUnknown(use, run)
    if (use.status !== 401) return [at(use, `answered ${String(use.status)}`)]
    const revoked = run.about(use).some(({ asked }) => asked < use.ended)
    if (revoked || hasLostEpoch(use, run)) return []
    return [at(use, 'a token that nobody has revoked was answered 401')]
  })
}

function badUnknown(use: Use, run: Run): Finding[] {
  if (!use.retryAfter) return [at(use, 'a 503 without Retry-After')]
  const ready = (run.notesOf.get(use.node) ?? []).find(({ what }) => what === 'ready')
  if (ready === undefined || use.began < ready.at) return []
  if (run.faults.some((fault) => maySuffer(fault, use, run)) || wasStalled(use, run)) return []
  return [at(use, 'unknown while the last answer of the store was still good')]
}

function maySuffer({ nodes, from, healed }: Fault, use: Use, run: Run): boolean {
  if (!nodes.includes(use.node) || use.ended < from + run.maxStalenessMs - run.beatAgeMs)
    return false
  const back = reconnectionMs(run.notesOf.get(use.node) ?? [], healed)
  return use.began <= healed + back + run.beatAgeMs
}

/** Whether the machine was so busy that something stood still: of how soon a store answers that says nothing. */
function wasStalled({ began, ended }: Use, { maxStalenessMs, beatAgeMs, notes }: Run): boolean {
  return notes.some(
    ({ what, at: time, ms = 0 }) =>
      what === 'stalled' && ended > time - ms && began < time + 2 * (maxStalenessMs + beatAgeMs),
  )
}

/** Whether the store has begun anew since the token was issued: everything until then is refused. */
function hasLostEpoch(use: Use, run: Run): boolean {
  const { iat = Infinity } = run.tokens[use.token] ?? {}
  return run.faults.some(
    ({ everythingLost, from }) =>
      everythingLost &&
      use.ended > from &&
      run.notes.some(
        ({ what, at: time, wall }) => what === 'beganAnew' && time > from && iat <= wall,
      ),
  )
}

function accepted({ uses }: History): readonly Use[] {
  return uses.filter(({ status }) => status === 200)
}

function at({ node, began }: Pick<Use, 'node' | 'began'>, message: string): Finding {
  return { node, at: began, message }
}

function groupBy<T extends { readonly node: string }>(
  all: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const group = groups.get(each.node)
    if (group === undefined) groups.set(each.node, [each])
    else group.push(each)
  }
  return groups
}

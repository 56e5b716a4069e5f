import {
  createFinder,
  type Fault,
  type History,
  type Note,
  type RevokeAttempt,
  type Use,
} from './history.js'

/**
 * Checks a recorded run of several service processes against the rules of revocation.
 *
 * System under test: processes with `createRevocation` over one store, under load, while the store fails.
 * Input: a {@link History} of revocations, uses of tokens, events of the processes, and faults, on one clock.
 * Rules:
 * - `enforcedInTime`: no token is accepted later than `maxStaleness` after its revocation was acknowledged.
 * - `reconnects`: once the fault is over, a process opens a feed again and soon enforces what was acknowledged before.
 * - `durable`: in the end every process, a new one too, enforces what was acknowledged; other attempts are answered 503.
 * - `staysRevoked`: a process that has refused a token as revoked never accepts it again.
 * - `failsClosed`: a process that cannot know what is revoked accepts nothing, and no process exits.
 * - `noFalseRefusal`: a token that is not revoked is accepted until the last heartbeat is older than `maxStaleness`; then
 *   the answer is 503 with Retry-After, never 401.
 */
export type Rule = keyof typeof checks

/** A breach of a rule. */
export interface Breach {
  readonly rule: Rule
  readonly node: string
  /** When, on the history's clock. */
  readonly at: number
  readonly message: string
}

/** Limits in milliseconds for what must happen "soon". */
export interface Patience {
  /** From the end of the fault until a process follows the store again. */
  readonly reconnectMs: number
  /** From then until everything that was acknowledged before is enforced. */
  readonly enforceMs: number
}

/**
 * Checks a recorded run. Overlapping requests may have been handled in either order: something is a breach only if no order
 * that the recorded times allow explains it.
 *
 * @example expect(checkHistory(history, { reconnectMs: 2000, enforceMs: 1000 })).toEqual([])
 */
export function checkHistory(history: History, patience: Patience): readonly Breach[] {
  const find = createFinder(history.revokes)
  const attempts = history.tokens.map(find)
  const run = {
    ...history,
    patience,
    attemptsFor: (use: Use) => attempts[use.token] ?? [],
    notesOf: groupBy(history.notes),
    usesOf: groupBy(history.uses),
  }
  // Object.entries widens the type of the keys to string.
  return Object.entries(checks).flatMap(([rule, check]) =>
    check(run).map((finding) => ({ rule: rule as Rule, ...finding })),
  )
}

const checks = {
  enforcedInTime: acceptedTooLate,
  reconnects: slowToRecover,
  durable: forgotten,
  staysRevoked: acceptedAgain,
  failsClosed: acceptedBlindlyOrExited,
  noFalseRefusal: wrongAnswers,
} as const satisfies Record<string, (run: Run) => readonly Finding[]>

/** A breach, without its rule. */
type Finding = Omit<Breach, 'rule'>

interface Run extends History {
  readonly patience: Patience
  /** Attempts to revoke the token of a use. */
  readonly attemptsFor: (use: Use) => readonly RevokeAttempt[]
  readonly notesOf: ReadonlyMap<string, readonly Note[]>
  readonly usesOf: ReadonlyMap<string, readonly Use[]>
}

const acknowledged = 204

/** When the first of these was acknowledged; Infinity for never. */
function ackedAt(attempts: readonly RevokeAttempt[]): number {
  return Math.min(
    ...attempts.map(({ status, answered }) => (status === acknowledged ? answered : Infinity)),
  )
}

function acceptedTooLate(run: Run): Finding[] {
  return accepted(run).flatMap((use) => {
    const late = use.began - ackedAt(run.attemptsFor(use))
    if (late <= run.maxStalenessMs) return []
    return [at(use, `accepted ${late.toFixed(0)} ms after its revocation was acknowledged`)]
  })
}

function slowToRecover(run: Run): Finding[] {
  const slow = run.faults.flatMap(({ nodes, healed }) =>
    nodes.flatMap((node) => {
      const late = reconnectionMs(run.notesOf.get(node) ?? [], healed)
      if (late <= run.patience.reconnectMs) return []
      return [{ node, at: healed, message: 'did not reconnect in time' }]
    }),
  )
  const lax = accepted(run).flatMap((use) => {
    const acked = ackedAt(run.attemptsFor(use))
    const lasts = (run.notesOf.get(use.node) ?? []).some(
      ({ what, at: time }) =>
        what === 'recovered' && time > acked && use.began > time + run.patience.enforceMs,
    )
    return lasts ? [at(use, 'accepted long after the process had reconnected')] : []
  })
  return [...slow, ...lax]
}

/** From the end of a fault until a lost feed was open again; 0 if no feed was lost. */
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
  const accepting = accepted(run)
    .filter((use) => use.last && ackedAt(run.attemptsFor(use)) < use.began)
    .map((use) => at(use, 'an acknowledged revocation is no longer enforced'))
  return [...ambiguous, ...accepting]
}

function acceptedAgain(run: Run): Finding[] {
  return [...run.usesOf.values()].flatMap((uses) => {
    const refused = new Map<number, number>()
    for (const { status, token, ended } of uses)
      if (status === 401) refused.set(token, Math.min(ended, refused.get(token) ?? Infinity))
    return uses
      .filter(({ status, token, began }) => status === 200 && began > (refused.get(token) ?? began))
      .map((use) => at(use, 'accepted after it had been refused'))
  })
}

function acceptedBlindlyOrExited(run: Run): Finding[] {
  const exits = run.notes.filter(({ what }) => what === 'exited')
  const blind = accepted(run).flatMap((use) => {
    const ready = (run.notesOf.get(use.node) ?? []).find(({ what }) => what === 'ready')
    if (ready === undefined || use.ended < ready.at)
      return [at(use, 'accepted before the whole store had been read')]
    const cut = run.faults.some((fault) => isBlind(fault, use, run))
    return cut ? [at(use, 'accepted by a process that could not know')] : []
  })
  return [
    ...exits.map((note) => at({ ...note, began: note.at }, 'the process has exited')),
    ...blind,
  ]
}

function isBlind({ nodes, cutFrom, healing }: Fault, use: Use, { maxStalenessMs }: Run): boolean {
  if (cutFrom === undefined || !nodes.includes(use.node)) return false
  return use.began > cutFrom + maxStalenessMs && use.ended < healing
}

function wrongAnswers(run: Run): Finding[] {
  return run.uses.flatMap((use) => {
    if (use.status === 200) return []
    if (use.status === 503) return wrongUnavailable(use, run)
    if (use.status !== 401) return [at(use, `answered ${String(use.status)}`)]
    const revoked = run.attemptsFor(use).some(({ asked }) => asked < use.ended)
    if (revoked || isBeforeNewEpoch(use, run)) return []
    return [at(use, 'a token that was not revoked was answered 401')]
  })
}

function wrongUnavailable(use: Use, run: Run): Finding[] {
  if (!use.retryAfter) return [at(use, 'a 503 without Retry-After')]
  const ready = (run.notesOf.get(use.node) ?? []).find(({ what }) => what === 'ready')
  if (ready === undefined || use.began < ready.at) return []
  if (run.faults.some((fault) => isAffectedBy(fault, use, run)) || wasStalled(use, run)) return []
  return [at(use, 'answered 503 though the last heartbeat was recent enough')]
}

function isAffectedBy({ nodes, from, healed }: Fault, use: Use, run: Run): boolean {
  if (!nodes.includes(use.node) || use.ended < from + run.maxStalenessMs - run.beatAgeMs)
    return false
  const back = reconnectionMs(run.notesOf.get(use.node) ?? [], healed)
  return use.began <= healed + back + run.beatAgeMs
}

/**
 * Whether the machine was so busy that a process stood still, or the store did not answer this one: slow answers say nothing
 * about revocation then.
 */
function wasStalled({ node, began, ended }: Use, run: Run): boolean {
  const { maxStalenessMs, beatAgeMs, notes } = run
  return notes.some(
    ({ what, node: of, at: time, ms = 0 }) =>
      (what === 'stalled' || (what === 'unanswered' && of === node)) &&
      ended > time - ms &&
      began < time + 2 * (maxStalenessMs + beatAgeMs),
  )
}

/** Whether the store has started a new epoch since the token was issued: all tokens issued until then are refused. */
function isBeforeNewEpoch(use: Use, run: Run): boolean {
  const { iat = Infinity } = run.tokens[use.token] ?? {}
  return run.faults.some(
    ({ everythingLost, from }) =>
      everythingLost &&
      use.ended > from &&
      run.notes.some(
        ({ what, at: time, wall }) => what === 'storeReset' && time > from && iat <= wall,
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

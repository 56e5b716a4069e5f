import { losses, type Finding, type Making, type Run } from './refresh-run.js'

/** X5: what comes of a late use by another party, once it was refused and as long as it was not. */
export function survivors(run: Run): Finding[] {
  return [...afterRefusal(run), ...partedLines(run), ...sharedToken(run)]
}

function afterRefusal(run: Run): Finding[] {
  const reusedAt = firstRefusal(run, ['REFRESH_REUSED'])
  const alarm = run.events.find(({ kind }) => kind === 'alarm')
  const alarmAt = alarm?.kind === 'alarm' ? alarm.at + run.skew : Infinity
  const foundAt = Math.min(reusedAt, alarmAt)
  // Whoever is refused a stolen session for good, by whatever name: the others must be so as well.
  const isStolen = run.events.some(({ kind }) => kind === 'stolen')
  const deadAt = isStolen ? Math.min(foundAt, firstRefusal(run, losses)) : foundAt
  const found: Finding[] = []
  if (reusedAt < Infinity && !alarm)
    found.push({ at: reusedAt, message: 'a theft without an alarm' })
  const alive = run.answers.find(({ invoked }) => invoked > deadAt)
  if (alive) found.push({ at: alive.returned, message: 'a refresh after the theft was found' })
  const use = run.events.find(
    (event) => event.kind === 'access' && event.accepted && event.at > foundAt + run.staleness,
  )
  if (use?.kind === 'access')
    found.push({ at: use.at, message: 'an access token accepted after the theft was found' })
  return found
}

/** When somebody had first been refused by one of these names. */
function firstRefusal({ attempts }: Run, codes: readonly string[]): number {
  const refused = attempts.filter(({ code }) => codes.includes(code ?? ''))
  return Math.min(...refused.map(({ returned }) => returned))
}

/**
 * A recovery parts two lines: the one that it begins, and the one that the parent had before, which is nobody's from
 * then on. Whoever holds a token of that is found out when he comes with it, however often the other has gone on.
 */
function partedLines(run: Run): Finding[] {
  return run.makings.flatMap((later) => {
    const earlier = run.makings.filter(
      ({ parent, token, by }) =>
        parent === later.parent && token !== later.token && by < later.from,
    )
    const dead = lineOf(run, earlier)
    const next = run.answers.find(
      ({ party, presented, invoked }) =>
        dead.has(presented) &&
        invoked > later.by &&
        run.answers.some((other) => other.party !== party && other.successor === later.token),
    )
    return next ? [{ at: next.returned, message: 'two parties live on one lineage' }] : []
  })
}

/** The tokens made, and all that were made of them. */
function lineOf(run: Run, first: readonly Making[]): ReadonlySet<string> {
  const line = new Set(first.map(({ token }) => token))
  // A set hands out what it is given meanwhile, each token once.
  for (const token of line)
    for (const made of run.makings) if (made.parent === token) line.add(made.token)
  return line
}

/** Two parties were given one token, and the second of them when the grace was over: nothing ever parts them. */
function sharedToken(run: Run): Finding[] {
  return run.answers.flatMap(({ party, presented, successor, invoked, returned }) => {
    const given = run.answers.filter(
      (other) => other.successor === successor || other.presented === successor,
    )
    const madeBy = Math.min(...given.map((other) => other.returned))
    const isShared = given.some((other) => other.party !== party)
    if (!isShared || invoked - madeBy <= run.grace + run.skew) return []
    const what = presented === successor ? 'kept for' : 'given once more to'
    return [{ at: returned, message: `a token was ${what} another party after the grace` }]
  })
}

import { losses, type Finding, type Making, type Run } from './refresh-run.js'

/** X5: the consequences of a stale use by another party, whether it was refused or not. */
export function survivors(run: Run): Finding[] {
  return [...afterRefusal(run), ...partedLines(run), ...sharedToken(run)]
}

function afterRefusal(run: Run): Finding[] {
  const reusedAt = firstRefusal(run, ['REFRESH_REUSED'])
  const alarm = run.events.find(({ kind }) => kind === 'alarm')
  const alarmAt = alarm?.kind === 'alarm' ? alarm.at + run.skew : Infinity
  const foundAt = Math.min(reusedAt, alarmAt)
  // If one party of a stolen session is refused for good, by any code, so must be the others.
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

/** When a party was first refused with one of these codes. */
function firstRefusal({ attempts }: Run, codes: readonly string[]): number {
  const refused = attempts.filter(({ code }) => codes.includes(code ?? ''))
  return Math.min(...refused.map(({ returned }) => returned))
}

/**
 * A recovery splits a session into two lines: the one that it begins, and the parent's previous one, which becomes
 * invalid. A party with a token of that line is detected when it presents it, however far the other line has advanced.
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

/** The given tokens, and all tokens made from them. */
function lineOf(run: Run, first: readonly Making[]): ReadonlySet<string> {
  const line = new Set(first.map(({ token }) => token))
  // A Set also iterates over elements added meanwhile, each once.
  for (const token of line)
    for (const made of run.makings) if (made.parent === token) line.add(made.token)
  return line
}

/** Two parties received one token, the second of them after the grace: nothing ever separates them. */
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

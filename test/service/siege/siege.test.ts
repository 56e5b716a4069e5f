import { expect, test } from 'vitest'
import { amount } from '../../setup/amount.js'
import { seed } from '../../setup/seed.js'
import { attacks } from './attacks.js'
import { compare, sumOf, tableOf, type Comparison } from './comparison.js'
import { honestActs } from './honest-acts.js'
import { runPhase, type PhaseParts, type PhaseResult } from './phase.js'

/*
 * System: three processes of the service over one PostgreSQL and one Redis, behind a balancer, with the limits of production.
 * Two phases, each with new processes and stores: honest users who log in, refresh, log out and are administered, beside
 * harmless requests; and the same acts beside attackers, as many of them as there were harmless requests. All come at fixed
 * rates, whatever the answers take: attacks.ts and honest-acts.ts have them, with their reasons.
 * Attackers are left out where an attack is no traffic: clocks, kills, full disks, locked files, file modes, first starts, a
 * proxy or a demo set up wrongly, what an administrator does by mistake, and the calling side.
 */
const seconds = Number(process.env['SIEGE_SECONDS'] ?? amount({ short: 6, full: 600 }))
const users = amount({ short: 20, full: 200 })
const isFull = amount({ short: false, full: true })

test(
  'attackers at fixed rates log no honest user out, keep no revoked token alive, and keep nobody from being served',
  { timeout: (2 * seconds + 600) * 1000 },
  async () => {
    // Threads of the service that have nothing to do end after a minute.
    const parts = { seconds, users, idle: amount({ short: 0, full: 90 }) }
    const { baseline, siege } = await runBoth(parts)
    const acts = compare(baseline.record.acts, siege.record.acts)
    report({ baseline, siege, acts })
    for (const { record, outputs } of [baseline, siege]) {
      expect(record.loggedOut).toEqual([])
      expect(record.faults).toEqual([])
      for (const output of outputs) expect(output).not.toMatch(/unexpected fault|"level":60/)
      // Each was presented to three processes, and had not expired.
      expect(record.revoked.refusedLater).toBeGreaterThan(0)
      for (const { name } of attacks)
        expect(
          Object.keys(record.others).filter((each) => each.startsWith(`${name}: `)),
        ).not.toEqual([])
      // On a machine that is too busy the service answers 503; half of the acts are done on any.
      const right = record.acts.filter(({ isRight }) => isRight)
      expect(right.length).toBeGreaterThan(record.acts.length / 2)
    }
    if (isFull) holdBars({ baseline, siege, acts })
  },
)

/** One after the other, so that neither disturbs the other's times; in the short form, which looks at no times, at once. */
async function runBoth(parts: Omit<PhaseParts, 'kind'>) {
  const first = runPhase({ kind: 'baseline', ...parts })
  if (isFull) await first
  const second = runPhase({ kind: 'siege', ...parts })
  // Where one fails the other still has to stop what it has started.
  await Promise.allSettled([first, second])
  return { baseline: await first, siege: await second }
}

interface Outcome {
  readonly baseline: PhaseResult
  readonly siege: PhaseResult
  readonly acts: readonly Comparison[]
}

/** What only a machine that has nothing else to do can be held to. */
function holdBars({ baseline, siege, acts }: Outcome): void {
  const before = sumOf(acts, (each) => each.baseline.count)
  expect(sumOf(acts, (each) => each.inTime)).toBeGreaterThanOrEqual(0.99 * before)
  // No kind of act pays for the others, where there are enough of them to say so.
  for (const { name, baseline: times, inTime } of acts)
    if (times.count >= 200) expect(inTime / times.count, name).toBeGreaterThanOrEqual(0.99)
  expect(siege.size.mebibytes).toBeLessThanOrEqual(1.1 * baseline.size.mebibytes)
  expect(siege.size.descriptors).toBeLessThanOrEqual(1.1 * baseline.size.descriptors)
}

function report({ baseline, siege, acts }: Outcome): void {
  const rows = [
    ...honestActs.map(
      ({ name, perSecond, why }) => `${name}, ${String(perSecond)} a second: ${why}`,
    ),
    ...attacks.map(({ name, perSecond, why }) => `${name}, ${String(perSecond)} a second: ${why}`),
  ]
  const summary = ({ record, size }: PhaseResult) => ({
    ...{ acts: record.acts.length, loggedOut: record.loggedOut.length, revoked: record.revoked },
    ...{ mebibytes: Math.round(size.mebibytes), descriptors: size.descriptors },
    ...{ faults: [...new Set(record.faults)].slice(0, 20), others: record.others },
  })
  console.log(
    [
      `${String(seconds)} s of each, ${String(users)} users, seed ${String(seed)}`,
      ...(isFull ? rows : []),
      'the baseline, then the siege:',
      tableOf(acts),
      `baseline ${JSON.stringify(summary(baseline), undefined, 1)}`,
      `siege ${JSON.stringify(summary(siege), undefined, 1)}`,
    ].join('\n'),
  )
}

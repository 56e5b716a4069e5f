import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { amount } from '../../setup/amount.js'
import type { Weakness } from '../../stores/children/weakened-store.js'
import { compileForChildren } from '../../stores/compile.js'
import { checkHistory } from './check-history.js'
import { figuresOf, type Figures } from './figures.js'
import type { FaultRun, RunOptions } from './run.js'
import { controls, runs } from './table.js'

const isFull = amount({ short: 0, full: 1 }) === 1
/** Of the load; any other will do as well. */
const seed = Number(process.env['FAULTS_SEED'] ?? 1)
let folder = ''
beforeAll(async () => {
  folder = await compileForChildren('guarded-service')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** What a run is made with: the defaults of `createRevocation`, or less of everything. */
const sizes = isFull
  ? { maxStalenessMs: 10_000, beatEveryMs: 1000, deadlineMs: 1000, quietMs: 3000, roundMs: 20 }
  : { maxStalenessMs: 2000, beatEveryMs: 200, deadlineMs: 500, quietMs: 600, roundMs: 40 }

/** Nothing fails for being slow: by then something has hung. Figures are held against what is promised in the log. */
const patience = { reconnectMs: 60_000, enforceMs: isFull ? 5000 : 10_000 }

/** None in the long form. */
const timeout = isFull ? 0 : 400_000
/** Runs under way at once: each has four processes and a server. */
const enter = createGate(isFull ? 4 : 3)

async function make(run: FaultRun, weakness: Weakness) {
  const leave = await enter()
  try {
    const options: RunOptions = { ...sizes, folder, seed, weakness }
    const history = await run.record(options)
    const breaches = checkHistory(history, patience)
    const broken = [...new Set(breaches.map(({ invariant }) => invariant))]
    const figures = figuresOf(history)
    if (isFull) console.log(told(run, { weakness, broken, figures }))
    return { figures, breaches, broken }
  } finally {
    leave()
  }
}

describe.concurrent('three processes under a load', () => {
  for (const run of runs)
    test(`keep every promise: ${run.name}`, { timeout }, async ({ expect }) => {
      const { breaches, figures } = await make(run, 'none')
      expect(breaches.slice(0, 20)).toEqual([])
      // Of everything there was enough to be looked at.
      expect(figures.accepted).toBeGreaterThan(100)
      expect(figures.refused).toBeGreaterThan(100)
      expect(figures.acknowledged).toBeGreaterThan(10)
      expect(figures.lost + figures.unknown).toBeGreaterThan(0)
    })

  for (const { run, weakness, broken } of controls)
    test(
      `without ${weakness} break ${broken.join(' and ')}: ${run.name}`,
      { timeout },
      async ({ expect }) => {
        expect((await make(run, weakness)).broken).toEqual(expect.arrayContaining([...broken]))
      },
    )
})

interface Told {
  readonly weakness: Weakness
  readonly broken: readonly string[]
  readonly figures: Figures
}

/** What a log should have of a run. */
function told(run: FaultRun, { weakness, broken, figures: f }: Told): string {
  const ms = (time: number) => `${time.toFixed(0)} ms`
  const without = weakness === 'none' ? '' : `, without ${weakness}`
  return [
    `${run.name}${without} (seed ${String(seed)}): ${broken.join(', ') || 'nothing'} broken`,
    `  ${String(f.accepted)} accepted, ${String(f.refused)} refused, ${String(f.unknown)} unknown`,
    `  ${String(f.acknowledged)} revoked, ${String(f.notAcknowledged)} not acknowledged`,
    `  a request: ${f.requestMs.map(ms).join(', ')} at the median, at 99 of 100, at most`,
    `  reconnected ${ms(f.reconnectMs)} after healing (2000 ms), enforced ${ms(f.enforceMs)} later (1000 ms)`,
    `  feeds lost ${String(f.lost)}, epochs begun anew ${String(f.beganAnew)}, put back ${String(f.putBacks)} times`,
  ].join('\n')
}

/** Lets so many in at once; whoever is let in says when it leaves. */
function createGate(most: number): () => Promise<() => void> {
  const waiting: (() => void)[] = []
  let inside = 0
  const leave = (): void => {
    inside--
    waiting.shift()?.()
  }
  return async () => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    inside++
    return leave
  }
}

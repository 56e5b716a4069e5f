import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { amount } from '../../setup/amount.js'
import { seed } from '../../setup/seed.js'
import type { Weakness } from '../../stores/children/weakened-store.js'
import { compileForChildren } from '../../stores/compile.js'
import { checkHistory } from './check-history.js'
import { figuresOf, type Figures } from './figures.js'
import type { FaultRun, RunOptions } from './run.js'
import { controls, runs } from './table.js'

const isFull = amount({ short: 0, full: 1 }) === 1
let folder = ''
beforeAll(async () => {
  folder = await compileForChildren('guarded-service')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Options of a run: the defaults of `createRevocation`, or shorter times. */
const sizes = isFull
  ? { maxStalenessMs: 10_000, heartbeatEveryMs: 1000, deadlineMs: 1000, quietMs: 3000, roundMs: 20 }
  : { maxStalenessMs: 2000, heartbeatEveryMs: 200, deadlineMs: 500, quietMs: 600, roundMs: 40 }

/** Generous, so that no run fails on a slow machine: by then something hangs. The log shows the measured times beside the expected ones. */
const patience = { reconnectMs: 60_000, enforceMs: isFull ? 5000 : 10_000 }

/** The long form has no timeout. */
const timeout = isFull ? 0 : 400_000
/** Concurrent runs: each has four processes and a server. */
const acquire = createSemaphore(isFull ? 4 : 5)

async function make(run: FaultRun, weakness: Weakness) {
  const release = await acquire()
  try {
    const options: RunOptions = { ...sizes, folder, seed, weakness }
    const history = await run.record(options)
    const breaches = checkHistory(history, patience)
    const broken = [...new Set(breaches.map(({ rule }) => rule))]
    const figures = figuresOf(history)
    if (isFull) console.log(summaryOf(run, { weakness, broken, figures }))
    return { figures, breaches, broken }
  } finally {
    release()
  }
}

describe.concurrent('three processes under load', () => {
  for (const run of runs)
    test(`three processes break no rule: ${run.name}`, { timeout }, async ({ expect }) => {
      const { breaches, figures } = await make(run, 'none')
      expect(breaches.slice(0, 20)).toEqual([])
      // The run had enough of everything.
      expect(figures.accepted).toBeGreaterThan(100)
      expect(figures.refused).toBeGreaterThan(100)
      expect(figures.acknowledged).toBeGreaterThan(10)
      expect(figures.lost + figures.unknown).toBeGreaterThan(0)
    })

  for (const { run, weakness, broken } of controls)
    test(
      `three processes without ${weakness} break ${broken.join(' and ')}: ${run.name}`,
      { timeout },
      async ({ expect }) => {
        expect((await make(run, weakness)).broken).toEqual(expect.arrayContaining([...broken]))
      },
    )
})

interface RunResult {
  readonly weakness: Weakness
  readonly broken: readonly string[]
  readonly figures: Figures
}

/** Summary of a run for the log. */
function summaryOf(run: FaultRun, { weakness, broken, figures: f }: RunResult): string {
  const ms = (time: number) => `${time.toFixed(0)} ms`
  const without = weakness === 'none' ? '' : `, without ${weakness}`
  return [
    `${run.name}${without} (seed ${String(seed)}): ${broken.join(', ') || 'nothing'} broken`,
    `  ${String(f.accepted)} accepted, ${String(f.refused)} refused, ${String(f.unknown)} unknown`,
    `  ${String(f.acknowledged)} revoked, ${String(f.notAcknowledged)} not acknowledged`,
    `  a request: ${f.requestMs.map(ms).join(', ')} (median, p99, maximum)`,
    `  reconnected ${ms(f.reconnectMs)} after the fault (expected 2000 ms), enforced ${ms(f.enforceMs)} later (expected 1000 ms)`,
    `  feeds lost ${String(f.lost)}, store resets ${String(f.storeResets)}, restorations ${String(f.restorations)}`,
  ].join('\n')
}

/** Returns a function that waits for one of `most` permits and resolves with the function that releases it. */
function createSemaphore(most: number): () => Promise<() => void> {
  const waiting: (() => void)[] = []
  let held = 0
  const release = (): void => {
    held--
    waiting.shift()?.()
  }
  return async () => {
    if (held >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    held++
    return release
  }
}

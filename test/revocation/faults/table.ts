import { amount } from '../../setup/amount.js'
import type { Weakness } from '../../stores/children/weakened-store.js'
import type { Invariant } from './check-history.js'
import type { FaultRun } from './run.js'
import {
  cutOff,
  flushed,
  frozen,
  killed,
  loading,
  memoryFull,
  messedStream,
  olderCopy,
  readOnly,
} from './runs.js'

const isFull = amount({ short: 0, full: 1 }) === 1

const short: readonly FaultRun[] = [
  killed({ ms: 3000 }),
  frozen({ ms: 3000 }),
  cutOff({ ms: 3000 }),
  flushed(true),
  olderCopy({ ms: 500 }),
  messedStream({ ms: 1500 }),
]

const full: readonly FaultRun[] = [
  ...(['ioredis', 'node-redis'] as const).flatMap((driver) => [
    killed({ ms: 30_000, driver }),
    frozen({ ms: 30_000, driver }),
    cutOff({ ms: 60_000, driver }),
  ]),
  ...[1000, 5000].map((ms) => frozen({ ms })),
  ...[3000, 10_000].map((ms) => cutOff({ ms })),
  flushed(false),
  flushed(true),
  olderCopy({ ms: 3000 }),
  messedStream({ ms: 20_000 }),
  memoryFull({ ms: 20_000 }),
  loading({ ms: 20_000 }),
  readOnly({ ms: 20_000 }),
]

/** Runs, all of which must keep every promise. */
export const runs = isFull ? full : short

/** A run without what keeps a promise there. */
export interface Control {
  readonly run: FaultRun
  readonly weakness: Weakness
  readonly broken: readonly Invariant[]
}

const all = runs.flatMap(controlsOf)

/** Every one in the long form, in the short one those of the two that matter most. */
export const controls: readonly Control[] = isFull
  ? all
  : all.filter(
      ({ run, weakness }) =>
        /Redis stopped/.test(run.name) || (weakness === 'putBack' && /older copy/.test(run.name)),
    )

function controlsOf(run: FaultRun): readonly Control[] {
  return (['heartbeat', 'putBack'] as const).flatMap((weakness) => {
    const broken = run.proves[weakness]
    return broken === undefined ? [] : [{ run, weakness, broken }]
  })
}

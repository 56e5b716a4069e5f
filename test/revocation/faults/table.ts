import { amount } from '../../setup/amount.js'
import type { Weakness } from '../../stores/children/weakened-store.js'
import type { Rule } from './check-history.js'
import type { FaultRun } from './run.js'
import {
  cutOff,
  flushed,
  frozen,
  killed,
  loading,
  memoryFull,
  disorderedStream,
  olderCopy,
  readOnly,
} from './runs.js'
import { alone, failedOver, holderFrozen, restarted, splitBrain } from './server-runs.js'

const isFull = amount({ short: 0, full: 1 }) === 1

const short: readonly FaultRun[] = [
  killed({ ms: 3000 }),
  frozen({ ms: 3000 }),
  cutOff({ ms: 3000 }),
  flushed(true),
  olderCopy({ ms: 500 }),
  disorderedStream({ ms: 1500 }),
]

const full: readonly FaultRun[] = [
  killed({ ms: 30_000 }),
  frozen({ ms: 30_000 }),
  cutOff({ ms: 60_000 }),
  flushed(false),
  flushed(true),
  olderCopy({ ms: 3000 }),
  disorderedStream({ ms: 15_000 }),
  memoryFull({ ms: 20_000 }),
  loading({ ms: 20_000 }),
  readOnly({ ms: 20_000 }),
  restarted(20_000),
  failedOver('ioredis'),
  splitBrain('ioredis'),
  holderFrozen({ ms: 20_000 }),
  alone({ ms: 20_000 }),
]

/** The same faults with other durations and with the other client. */
const more: readonly FaultRun[] = [
  ...[1000, 5000].map((ms) => frozen({ ms })),
  ...[3000, 10_000].map((ms) => cutOff({ ms })),
  restarted(500),
  killed({ ms: 20_000, driver: 'node-redis' }),
  frozen({ ms: 20_000, driver: 'node-redis' }),
  cutOff({ ms: 20_000, driver: 'node-redis' }),
  failedOver('node-redis'),
  splitBrain('node-redis'),
  holderFrozen({ ms: 20_000, driver: 'node-redis' }),
]

/** Runs in which no rule may be broken. */
export const runs = isFull ? [...full, ...more] : short

/** A run with a store that lacks a safety mechanism, and the rules that must be found broken then. */
export interface Control {
  readonly run: FaultRun
  readonly weakness: Weakness
  readonly broken: readonly Rule[]
}

const all = (isFull ? full : short).flatMap(controlsOf)

/** All of them in the long form; in the short form those of the two most important runs. */
export const controls: readonly Control[] = isFull
  ? all
  : all.filter(
      ({ run, weakness }) =>
        /Redis stopped/.test(run.name) ||
        (weakness === 'restoration' && /older backup/.test(run.name)),
    )

function controlsOf(run: FaultRun): readonly Control[] {
  return (['heartbeat', 'restoration'] as const).flatMap((weakness) => {
    const broken = run.proves[weakness]
    return broken === undefined ? [] : [{ run, weakness, broken }]
  })
}

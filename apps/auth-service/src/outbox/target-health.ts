import type { Logger } from 'pino'
import type { AttemptEnd } from './attempt.js'
import { backoff, targetGrowth } from './backoff.js'
import type { Place } from './leases.js'

/** Whether a target takes messages at the moment, by what it did with the last ones. */
export interface TargetHealth {
  note(end: AttemptEnd): void
  /** False after failures in a row: the target then gets one message at a time. */
  isWell(): boolean
  /** Milliseconds until the next attempt may begin; 0: now. */
  restsFor(): number
  /** Whether it is as that of a target that had no message yet. */
  isForgettable(): boolean
}

/** What {@link createTargetHealth} uses. */
export interface HealthParts {
  readonly log: Logger
  /** Unix milliseconds. */
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
}

/** Failures in a row after which a target rests. */
const patience = 3
/** Milliseconds that a target rests after it has said that it wants no more. */
const goneMs = 3_600_000

/** @example const health = createTargetHealth({ topic: 'webhook', target }, { log, now, random }) */
export function createTargetHealth(place: Place, { log, now, random }: HealthParts): TargetHealth {
  let failures = 0
  let restsUntil = 0
  const rest = (ms: number): void => {
    restsUntil = Math.max(restsUntil, now() + ms)
  }
  const recover = (): void => {
    if (failures >= patience) log.info(place, 'deliveries succeed again')
    failures = 0
    restsUntil = 0
  }
  const fail = (problem: string): void => {
    failures++
    if (failures === patience) log.warn({ ...place, problem }, 'deliveries fail')
    if (failures >= patience) rest(backoff(targetGrowth, failures - patience + 1, random()))
  }
  const restsFor = () => Math.max(0, restsUntil - now())
  return {
    note: (end) => {
      if (end.kind === 'delivered') recover()
      if (end.kind === 'failed') fail(end.problem)
      if (end.kind === 'gone') rest(goneMs)
    },
    isWell: () => failures < patience,
    restsFor,
    isForgettable: () => failures === 0 && restsFor() === 0,
  }
}

import { askStore } from '../foundation/ask-store.js'
import { passedAtStore } from '../foundation/settled-time.js'
import type { SessionsPolicy } from './session-policy.js'
import { longer } from './settle.js'

/** Seconds between two turns, over all processes. */
const every = 60
/** Seconds that an ended session is kept, so that the use of its refresh tokens is still noticed. */
const keptEnded = 86_400
/** Sessions of one step: few enough that a database is not held up. */
const stepSize = 200
/** Steps of one turn. */
const mostSteps = 25
/** Steps in a row that remove nothing: each may have looked at as many that live on, before others that are over. */
const mostFruitless = 5

/**
 * Removes sessions that can have no use any more, a bounded number of them; how many.
 *
 * @param settledTime a time that has certainly passed by this process's clock
 */
export async function sweep(policy: SessionsPolicy, settledTime: () => number): Promise<number> {
  const before = await passedAtStore(policy.store, settledTime())
  if (before <= 0) return 0
  const request = { before, endedBefore: before - keptEnded, limit: stepSize }
  let [removed, fruitless] = [0, 0]
  for (let step = 0; step < mostSteps && fruitless < mostFruitless; step++) {
    const some = await askStore(policy.storeDeadlineMs * longer, () => policy.store.sweep(request))
    removed += some
    fruitless = some === 0 ? fruitless + 1 : 0
    // Requests have their turn in between.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return removed
}

/**
 * Sweeps now and then, after a login or a refresh and beside it, in one process of all that share the store. It has no
 * timer: where no session is used, none is added either.
 *
 * @returns to be called after every login and refresh; never rejects, and is not waited for
 */
export function createSweeper(policy: SessionsPolicy, settledTime: () => number): () => void {
  let nextAt = 0
  let isRunning = false
  const turn = async (now: number): Promise<void> => {
    const request = { now: Math.floor(now), seconds: every }
    const hasTurn = await askStore(policy.storeDeadlineMs, () => policy.store.takeTurn(request))
    if (hasTurn) await sweep(policy, settledTime)
  }
  return () => {
    const steady = policy.monotonic()
    if (isRunning || steady < nextAt || settledTime() === 0) return
    nextAt = steady + every
    isRunning = true
    // What is not removed now is removed by a later turn.
    void Promise.allSettled([turn(policy.now())]).then(() => {
      isRunning = false
    })
  }
}

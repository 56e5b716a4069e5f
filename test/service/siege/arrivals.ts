import { setTimeout as sleep } from 'node:timers/promises'

/** Events at a fixed rate. */
export interface Arrivals {
  readonly perSecond: number
  readonly seconds: number
  readonly random: () => number
  /** Starts one; `due` is when it was due, by `performance.now()`. */
  readonly happen: (due: number) => Promise<unknown>
}

/**
 * Starts events at a fixed rate whether or not those before have ended: a slow answer does not make the load smaller. One falls
 * at a random moment of each period. Resolves when the last one has ended.
 *
 * @example await arrive({ perSecond: 2, seconds: 60, random, happen: () => logIn(world, filler) })
 */
export async function arrive({ perSecond, seconds, random, happen }: Arrivals): Promise<void> {
  const start = performance.now()
  const running: Promise<unknown>[] = []
  for (let nth = 0; nth < Math.round(perSecond * seconds); nth++) {
    const due = start + ((nth + random()) / perSecond) * 1000
    await sleep(Math.max(0, due - performance.now()))
    running.push(happen(due))
  }
  await Promise.all(running)
}

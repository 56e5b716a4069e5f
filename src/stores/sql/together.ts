interface Waiting<T> {
  readonly items: readonly T[]
  readonly resolve: () => void
  readonly reject: (cause: unknown) => void
}

/**
 * Runs one step at a time and combines all calls made meanwhile into the next step. For steps that lock the same row
 * and end with a wait for the disk: a hundred callers then wait for two steps, not for a hundred. When a step fails,
 * the callers waiting behind it fail too, so no caller waits longer than the running step and one more.
 *
 * @param step receives the items of one or more callers
 * @param most number of items after which a step accepts no further caller
 * @example const add = together((entries) => insertAll(entries), 1000)
 */
export function together<T>(
  step: (items: readonly T[]) => Promise<void>,
  most: number,
): (items: readonly T[]) => Promise<void> {
  const waiting: Waiting<T>[] = []
  let isRunning = false
  const run = async (): Promise<void> => {
    isRunning = true
    while (waiting.length > 0) {
      const going = take(waiting, most)
      try {
        await step(going.flatMap(({ items }) => items))
        for (const { resolve } of going) resolve()
      } catch (cause) {
        for (const { reject } of [...going, ...waiting.splice(0)]) reject(cause)
      }
    }
    isRunning = false
  }
  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject })
      if (!isRunning) void run()
    })
}

/** The first caller, and the following ones while there is room. */
function take<T>(waiting: Waiting<T>[], most: number): readonly Waiting<T>[] {
  let count = 0
  let items = 0
  for (const each of waiting) {
    items += each.items.length
    if (count > 0 && items > most) break
    count++
  }
  return waiting.splice(0, count)
}

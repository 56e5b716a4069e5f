interface Waiting<T> {
  readonly items: readonly T[]
  readonly resolve: () => void
  readonly reject: (cause: unknown) => void
}

/**
 * Runs one step at a time; what comes while it runs goes with the next, all at once. For steps that lock the same row and
 * end with a wait for the disk: a hundred callers then wait for two of them, not for a hundred. When a step fails,
 * whoever waits behind it is told so too, so that nobody waits for longer than the step that runs and one more.
 *
 * @param step gets what one or more callers have given
 * @param most items after which a step takes no further caller along
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

/** The first, and those after it as far as there is room. */
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

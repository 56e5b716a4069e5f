/** How a question ended. */
export interface Outcome {
  /** The code of its error, the error as text where it has none, or `answered`. */
  readonly code: string
  readonly isInTime: boolean
}

/**
 * Whether a question ends within so many milliseconds, by a timer of this process that begins with it. A machine that is
 * busy delays the timer and the deadline of the question alike, and in their order: so this fails for a deadline that is
 * too long, and never for a machine that is too slow. It cannot see a question that blocks the process.
 *
 * @example expect(await inTime(450, () => sessions.find(id))).toEqual({ code: 'STORE_UNAVAILABLE', isInTime: true })
 */
export async function inTime(ms: number, question: () => Promise<unknown>): Promise<Outcome> {
  const asked = question()
  let isInTime = true
  const timer = setTimeout(() => {
    // Behind what a deadline that was over before still has to do.
    void turns(5).then(() => (isInTime = false))
  }, ms)
  const code = await asked.then(
    () => 'answered',
    (error: unknown) => codeOf(error),
  )
  clearTimeout(timer)
  return { code, isInTime }
}

/** Turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function codeOf(error: unknown): string {
  const code: unknown = Reflect.get(Object(error), 'code')
  return typeof code === 'string' ? code : String(error)
}

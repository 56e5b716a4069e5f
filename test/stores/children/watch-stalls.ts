/** Milliseconds between two looks. */
const everyMs = 50
/** Milliseconds by which a look may be late. */
const tolerated = 200

/**
 * Tells when this process was not given the processor, and for how many milliseconds; returns what ends the watch.
 *
 * @example const end = watchStalls((ms) => console.log(`stalled for ${ms} ms`))
 */
export function watchStalls(tell: (ms: number) => unknown): () => void {
  let due = performance.now() + everyMs
  const timer = setInterval(() => {
    const late = performance.now() - due
    due = performance.now() + everyMs
    if (late > tolerated) tell(late)
  }, everyMs).unref()
  return () => {
    clearInterval(timer)
  }
}

/**
 * A signal that is aborted after a time, for platforms without `AbortSignal.timeout`, such as React Native. Its timer keeps no
 * process alive.
 *
 * @example await fetch(url, { signal: abortAfter(5000) })
 */
export function abortAfter(ms: number): AbortSignal {
  const controller = new AbortController()
  const timer: { unref?: () => unknown } = Object(
    setTimeout(() => {
      controller.abort()
    }, ms),
  ) as never // a number in browsers, an object in Node
  timer.unref?.()
  return controller.signal
}

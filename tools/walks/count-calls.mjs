import process from 'node:process'
import { isMainThread } from 'node:worker_threads'
import { countCalls } from './coverage.mjs'

// Loaded into the service by `--import`. Its parent sends `begin`, and then `end`, which is answered with what was called
// in between. Timers that come due meanwhile wait for the end: heartbeats belong to no request.

/** @type {(() => void)[] | undefined} */
let waiting

/**
 * The same timers, but none fires between `begin` and `end`.
 *
 * @template {typeof setTimeout | typeof setInterval} Timer
 * @param {Timer} start
 * @returns {Timer}
 */
function pausing(start) {
  /** @type {(callback: (...given: unknown[]) => void, ...rest: never[]) => unknown} */
  const paused = (callback, ...rest) =>
    start(
      (/** @type {unknown[]} */ ...given) => {
        if (waiting)
          waiting.push(() => {
            callback(...given)
          })
        else callback(...given)
      },
      ...rest,
    )
  return Object.defineProperties(
    /** @type {Timer} */ (paused),
    Object.getOwnPropertyDescriptors(start),
  )
}

if (isMainThread) {
  globalThis.setTimeout = pausing(setTimeout)
  globalThis.setInterval = pausing(setInterval)
  const take = countCalls()
  process.on('message', (message) => {
    if (message === 'begin') waiting = []
    const scripts = take()
    process.send?.(message === 'begin' ? 'begun' : scripts)
    if (message === 'begin') return
    const due = waiting ?? []
    waiting = undefined
    for (const run of due) run()
  })
  process.channel?.unref()
}

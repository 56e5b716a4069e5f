import { isThenable } from './realms.js'

/**
 * Calls a listener after the fact, with a frozen event (an Error stays as it is). What it throws or rejects with is
 * dropped: a fault of a listener must not undo what has already happened.
 *
 * @example notify(hooks.onRefreshed, { at, sid, subject, client })
 */
export function notify<E extends object>(
  listener: ((event: E) => unknown) | undefined,
  event: E,
): void {
  if (listener === undefined) return
  try {
    const answer = listener(event instanceof Error ? event : Object.freeze(event))
    if (isThenable(answer)) answer.then(undefined, () => undefined)
  } catch {
    // Dropped, as above.
  }
}

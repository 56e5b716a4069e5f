/**
 * Built-in objects, whichever realm made them. Jest runs tests and what they import in a realm of their own, while the
 * errors of `node:fs` come from Node's: there `error instanceof Error` is false.
 */

/** Whether a value is an Error. A DOMException is one too: what `AbortSignal.timeout` aborts with. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || / (Error|DOMException)]$/.test(tagOf(value))
}

/**
 * The `code` of an Error, as node:fs and other modules of Node set it; undefined when it has none.
 *
 * @example if (codeOf(error) === 'ENOENT') return undefined
 */
export function codeOf(error: unknown): string | undefined {
  if (!isError(error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Whether a value is bytes; a Buffer is. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && tagOf(value) === '[object Uint8Array]'
}

/** Whether a value is a promise, or waits like one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function' // of any value, `then` can be asked
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value)
}

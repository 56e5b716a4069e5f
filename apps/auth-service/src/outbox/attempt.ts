import { within } from 'jotgate/extend'
import type { Handler, Outcome } from './message.js'
import type { LeasedMessage } from './leases.js'

/** How an attempt ended: {@link Outcome}, or `interrupted` because the service stops. */
export type AttemptEnd = Outcome | { readonly kind: 'interrupted' }

/** The bounds of an attempt. */
export interface AttemptLimits {
  readonly deadlineMs: number
  /** Aborted when the service cannot wait any longer. */
  readonly stopping: AbortSignal
  /** Called with an error that the handler has thrown. */
  readonly onFault: (error: unknown) => void
}

/**
 * Tries once to deliver a message, for `deadlineMs` at most. Never rejects.
 *
 * @example await attempt(message, handler, { deadlineMs: 15_000, stopping, onFault })
 */
export async function attempt(
  message: LeasedMessage,
  handler: Handler,
  { deadlineMs, stopping, onFault }: AttemptLimits,
): Promise<AttemptEnd> {
  const { id, topic, target, body, attempts } = message
  const over = new AbortController()
  const { signal } = over
  const send = () => handler.send({ id, topic, target, body, attempt: attempts, signal })
  try {
    const stopped = interruption(stopping, over)
    return await within(deadlineMs, () => Promise.race([send(), stopped]), {
      late: () => new Late(),
    })
  } catch (error) {
    if (error instanceof Late) return { kind: 'failed', problem: 'there was no answer in time' }
    onFault(error)
    return { kind: 'failed', problem: 'the delivery failed within this program: see its log' }
  } finally {
    over.abort()
  }
}

/** The deadline has passed. */
class Late extends Error {}

/** Aborts the attempt when the service stops. */
function interruption(stopping: AbortSignal, over: AbortController): Promise<AttemptEnd> {
  return new Promise((resolve) => {
    const interrupt = (): void => {
      resolve({ kind: 'interrupted' })
      over.abort()
    }
    if (stopping.aborted) interrupt()
    // `stopping` lives as long as the process: the end of the attempt removes the listener.
    else stopping.addEventListener('abort', interrupt, { once: true, signal: over.signal })
  })
}

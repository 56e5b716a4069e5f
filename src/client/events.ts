import { type ClientErrorCode } from './errors.js'

/** What happened in a client or its source. Holds no token, no claim and no path. */
export type ClientEvent =
  | { readonly kind: 'signed-in' | 'refreshed' | 'signed-out' | 'adopted' }
  | { readonly kind: 'refresh-failed'; readonly code: ClientErrorCode }
  | { readonly kind: 'storage-failed' }
  | { readonly kind: 'retried' | 'withheld'; readonly origin: string }

/** Is told about events; what it throws or rejects with changes nothing. */
export type OnClientEvent = (event: ClientEvent) => unknown

/**
 * Tells the hook, whatever it does.
 *
 * @example tell(onEvent, { kind: 'refreshed' })
 */
export function tell(onEvent: OnClientEvent | undefined, event: ClientEvent): void {
  try {
    const pending = onEvent?.(Object.freeze(event))
    // A listener's fault is not the call's.
    if (pending instanceof Promise) pending.catch(() => undefined)
  } catch {
    // As above.
  }
}

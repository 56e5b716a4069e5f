import { type ClientErrorCode } from './errors.js'

/** What happened in a client or its source. Holds no token, no claim and no path. */
export type ClientEvent =
  | { readonly kind: 'signed-in' | 'refreshed' | 'signed-out' | 'adopted' }
  | { readonly kind: 'refresh-failed'; readonly code: ClientErrorCode }
  | { readonly kind: 'storage-failed' }
  | { readonly kind: 'retried' | 'withheld'; readonly origin: string }

/** Is told about events; what it throws or rejects with changes nothing. */
export type OnClientEvent = (event: ClientEvent) => unknown

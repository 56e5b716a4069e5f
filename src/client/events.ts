import { type ClientErrorCode } from './errors.js'

/** An event of a client or its source. Contains no token, no claim and no path. */
export type ClientEvent =
  | { readonly kind: 'signed-in' | 'refreshed' | 'signed-out' | 'adopted' }
  | { readonly kind: 'refresh-failed'; readonly code: ClientErrorCode }
  | { readonly kind: 'storage-failed' }
  | { readonly kind: 'retried' | 'withheld' | 'step-up-required'; readonly origin: string }

/** Called for every event; its errors and rejections are ignored. */
export type OnClientEvent = (event: ClientEvent) => unknown

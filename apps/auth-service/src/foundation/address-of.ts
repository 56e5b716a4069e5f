/**
 * The address of a caller, for limits. Empty for one that has gone: its socket has no address any more, although
 * Fastify types it as text. All of these share one budget.
 *
 * @example admission.admit({ address: addressOf(request), … })
 */
export function addressOf({ ip = '' }: { readonly ip?: string }): string {
  return ip
}

import type { EventKind } from '../events/kinds.js'

/** The kinds of the rows that the audit log makes about itself. */
export const chainKinds = {
  opened: 'audit.opened',
  heads: 'audit.heads',
  lost: 'audit.lost',
  erased: 'audit.erased',
  closed: 'audit.closed',
  unknown: 'user.unknown-refused',
} as const satisfies Record<string, EventKind>

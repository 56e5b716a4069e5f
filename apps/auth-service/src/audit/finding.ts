/** Something that is wrong with the stored log. */
export interface Finding {
  readonly kind: FindingKind
  readonly chain: string
  /** The row, or the first of several; undefined for a whole chain. */
  readonly seq?: number
  /** The last of several rows. */
  readonly until?: number
  /** Who knows of it: another chain, or the exported heads. */
  readonly source?: string
}

/** What each kind of finding means. */
const findingKinds = {
  changed: 'the row was changed, moved or inserted: it is not what was written there',
  missing: 'rows were removed',
  value: 'a name, an address or a user agent is not the one that was recorded',
  unerased:
    'a name, an address or a user agent was removed, and no row says that the user was erased',
  checkpoint: 'the checkpoint of the chain is not signed: the beginning of the chain may be gone',
  unlisted: 'the chain has rows and no checkpoint',
  key: 'the key of the chain is not configured: add it to prevAuditKeys',
  cut: 'the chain was cut off: later rows are known to have existed',
  forked: 'another row stood here when the head was noted: the chain was written anew',
  early: 'rows are gone that auditKeep keeps: they were removed, or auditKeep was shorter once',
  chain: 'the whole chain was removed',
} as const

/** One of {@link findingKinds}. */
export type FindingKind = keyof typeof findingKinds

/** @example describeFinding({ kind: 'missing', chain: 'Jx3', seq: 7, until: 9 }) // 'chain Jx3, rows 7 to 9: rows were removed' */
export function describeFinding({ kind, chain, seq, until, source }: Finding): string {
  const rows =
    seq === undefined
      ? ''
      : until === undefined || until === seq
        ? `, row ${String(seq)}`
        : `, rows ${String(seq)} to ${String(until)}`
  const said = source === undefined ? '' : ` (known from ${source})`
  return `chain ${chain}${rows}: ${findingKinds[kind]}${said}`
}

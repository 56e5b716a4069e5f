import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { isPlaced, readRow, selectColumns, unreadable, type AuditRow } from './audit-row.js'
import type { AuditKeys } from './audit-keys.js'
import { createChainCheck } from './chain-check.js'
import {
  checkpointColumns,
  findCheckpoint,
  isSigned,
  readCheckpoint,
  type Checkpoint,
} from './checkpoint.js'
import { createClaims, type Claim } from './claims.js'
import type { Finding } from './finding.js'
import { createSpans } from './spans.js'

/** What {@link verifyAudit} has looked at and found. */
export interface Verdict {
  readonly rows: number
  readonly chains: number
  /** Chains without a closing row, also those without any row: their processes run, or have crashed, or rows were removed. */
  readonly open: number
  /** Personal values that were erased. */
  readonly erased: number
  /** The first thousand findings. */
  readonly findings: readonly Finding[]
  /** How many findings there are. */
  readonly found: number
}

/** Options of {@link verifyAudit}. */
export interface VerifyParts {
  readonly database: SqlDatabase
  readonly keys: AuditKeys
  /** Seconds that rows are kept. */
  readonly keep: number
  /** Heads that were kept outside the database. */
  readonly heads?: Iterable<Claim> | AsyncIterable<Claim>
  /** Called with the number of rows after each page. */
  readonly onProgress?: (rows: number) => void
}

/** Rows of one statement. */
const page = 500
const mostFindings = 1000
/** Seconds by which a head may have been exported later than its row says: longer than rows are owed. */
const leeway = 86_400

/**
 * Reads the whole log in the order of its chains, and checks every row, checkpoint and personal value, and that each chain
 * still has the heads that the others, or exported heads, know of it. Every exported head is looked up, not only the latest of
 * a chain: a later one may have been exported from a chain that was written anew. The log may go on meanwhile. Memory depends
 * on the number of chains, not of rows.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example const { findings } = await verifyAudit({ database, keys, keep: 400 * 86_400 })
 */
export async function verifyAudit(parts: VerifyParts): Promise<Verdict> {
  const { database, keys, heads = [], onProgress } = parts
  const findings: Finding[] = []
  let found = 0
  const report = (finding: Finding): void => {
    found++
    if (findings.length < mostFindings) findings.push(finding)
  }
  const spans = createSpans()
  for await (const head of heads) await checkClaim(parts, head, spans.add)
  const claims = createClaims()
  const check = createChainCheck({
    database,
    keys,
    keep: parts.keep,
    report,
    claim: (each) => {
      claims.add(each)
    },
  })
  for await (const rows of pagesOf(database)) {
    for (const row of rows) await check.row(row)
    onProgress?.(check.rows())
  }
  await findUnplaced(database, report)
  const { chains, unbegun } = await checkChains(parts, (chain) => check.hasChain(chain), report)
  for (const claim of claims.all()) await checkClaim(parts, claim, spans.add)
  for (const each of spans.all()) report(each)
  const { open, erased, rows } = await check.finish()
  return { rows, chains, open: open + unbegun, erased, findings, found }
}

/** All rows, in the order of the primary key. The first page has no lower bound: an inserted row may have any place. */
async function* pagesOf(database: SqlDatabase): AsyncGenerator<readonly AuditRow[]> {
  const text = (where: string): string =>
    `SELECT ${selectColumns} FROM service_audit_rows WHERE ${isPlaced} ${where} ORDER BY chain, seq LIMIT ${String(page)}`
  for (let last: AuditRow | undefined; ;) {
    const found =
      last === undefined
        ? await database.query(text(''))
        : await database.query(text('AND (chain, seq) > ($1, $2)'), [last.chain, last.seq])
    const rows = found.map(readRow)
    yield rows
    last = rows.at(-1)
    if (last === undefined || rows.length < page) return
  }
}

/** Reports the rows that {@link pagesOf} cannot read. */
async function findUnplaced(
  database: SqlDatabase,
  report: (finding: Finding) => void,
): Promise<void> {
  const text = `SELECT CASE WHEN CAST(chain AS TEXT) = chain THEN chain END AS chain, CAST(seq AS TEXT) AS seq
    FROM service_audit_rows WHERE (${isPlaced}) IS NOT TRUE LIMIT ${String(mostFindings)}`
  for (const { chain, seq } of await database.query(text)) {
    const place = Number(seq)
    report({
      kind: 'changed',
      chain: typeof chain === 'string' ? chain : unreadable,
      ...(Number.isNaN(place) ? {} : { seq: place }),
    })
  }
}

/**
 * Checks the checkpoints of chains that have no rows; returns how many chains there are, and how many of them have neither
 * rows nor a checkpoint behind some: a process was killed before its first row, or all rows were removed.
 */
async function checkChains(
  { database, keys }: VerifyParts,
  hasRows: (chain: string) => boolean,
  report: (finding: Finding) => void,
): Promise<{ readonly chains: number; readonly unbegun: number }> {
  const text = `SELECT ${checkpointColumns} FROM service_audit_chains
    WHERE CAST(chain AS TEXT) = chain AND chain > $1 ORDER BY chain LIMIT ${String(page)}`
  let [chains, unbegun] = [0, 0]
  for (let after = ''; ;) {
    const all = (await database.query(text, [after])).map(readCheckpoint)
    chains += all.length
    const empty = all.filter(({ chain }) => !hasRows(chain))
    unbegun += empty.filter(({ goneSeq }) => goneSeq === 0).length
    for (const each of empty) checkEmpty(each, keys, report)
    const last = all.at(-1)
    if (last === undefined || all.length < page) return { chains, unbegun }
    after = last.chain
  }
}

/** A chain whose rows are all gone: retention has signed for them. A chain that never had rows claims none. */
function checkEmpty(
  checkpoint: Checkpoint,
  keys: AuditKeys,
  report: (finding: Finding) => void,
): void {
  const { chain, keyId } = checkpoint
  if (keys.find(keyId) === undefined) report({ kind: 'key', chain })
  else if (!isSigned(checkpoint, keys)) report({ kind: 'checkpoint', chain })
}

/** Whether the chain still has the row that something knows to have been there, or a checkpoint behind it. */
async function checkClaim(
  { database, keys, keep }: VerifyParts,
  { chain, seq, mac, source, at }: Claim,
  report: (finding: Finding) => void,
): Promise<void> {
  const text = 'SELECT mac FROM service_audit_rows WHERE chain = $1 AND seq = $2'
  const [row] = await database.query(text, [chain, seq])
  if (row !== undefined) {
    if (row['mac'] !== mac) report({ kind: 'forked', chain, seq, source })
    return
  }
  const checkpoint = await findCheckpoint(database, chain)
  const last = await lastOf(database, chain)
  if (checkpoint === undefined && last === undefined) {
    report({ kind: 'chain', chain, source })
    return
  }
  const gone = checkpoint !== undefined && isSigned(checkpoint, keys) ? checkpoint : undefined
  if (gone !== undefined && gone.goneSeq >= seq) {
    const isOld = at === undefined || at < Date.now() / 1000 - keep + leeway
    if (gone.goneSeq === seq && gone.goneMac !== mac) report({ kind: 'forked', chain, seq, source })
    else if (!isOld) report({ kind: 'early', chain, seq, source })
    return
  }
  // A row that is missing in the middle was found there.
  const end = last ?? gone?.goneSeq ?? 0
  if (end < seq) report({ kind: 'cut', chain, seq: end + 1, until: seq, source })
}

async function lastOf(database: SqlDatabase, chain: string): Promise<number | undefined> {
  const text = `SELECT seq FROM service_audit_rows WHERE chain = $1 AND ${isPlaced} ORDER BY seq DESC LIMIT 1`
  const [row] = await database.query(text, [chain])
  return row === undefined ? undefined : Number(row['seq'])
}

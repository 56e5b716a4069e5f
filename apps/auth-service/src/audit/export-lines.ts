import type { AuditRow } from './audit-row.js'
import { showRow } from './show-row.js'

/**
 * Rows as JSON lines, a text for each page. Each line has chain, seq and MAC: an export can be given to `audit verify --heads`.
 *
 * @example for await (const lines of exportLines(audit.readAll({}))) process.stdout.write(lines)
 */
export async function* exportLines(
  pages: AsyncIterable<readonly AuditRow[]>,
): AsyncGenerator<string> {
  for await (const rows of pages)
    if (rows.length > 0) yield rows.map((row) => `${JSON.stringify(showRow(row))}\n`).join('')
}

import { useState } from 'preact/hooks'
import { type AuditReqInput, type AuditRow, type AuditRows } from '../api/audit/generated/types.js'
import { auditApi } from '../session/session.js'
import { Empty, Show } from '../ui/states.js'
import { Table } from '../ui/table.js'
import { Time } from '../ui/time.js'
import { useLoaded } from '../ui/use-loaded.js'
import { usePages } from '../ui/use-pages.js'
import { AuditChains } from './audit-chains.js'
import { AuditFilters } from './audit-filters.js'
import { Party, RowDialog, Value } from './audit-row.js'

const pageSize = 50

/**
 * The audit log: rows by what the filters say, newest first, each in full; and its chains. The rest of the address is the id
 * of a party whose rows are looked for first.
 */
export function AuditPage({ rest }: { rest: string }) {
  const [filters, setFilters] = useState<AuditReqInput>(rest === '' ? {} : { subject: rest })
  const [shown, setShown] = useState<AuditRow | undefined>(undefined)
  const query = { limit: pageSize, ...filters }
  const key = JSON.stringify(filters)
  const rows = useLoaded((signal) => auditApi.searchAudit(query, { signal }), { key })
  return (
    <>
      <h1>Audit log</h1>
      <AuditFilters subject={rest} onSearch={setFilters} />
      <Show of={rows}>
        {(first) => <Pages key={rows.answers} first={first} query={query} onShow={setShown} />}
      </Show>
      <AuditChains />
      {shown && (
        <RowDialog
          row={shown}
          onClose={() => {
            setShown(undefined)
          }}
        />
      )}
    </>
  )
}

interface PagesProps {
  readonly first: AuditRows
  readonly query: AuditReqInput
  readonly onShow: (row: AuditRow) => void
}

function Pages({ first, query, onShow }: PagesProps) {
  const [rows, more] = usePages<AuditRow>(first, {
    noun: 'rows',
    load: (after) => auditApi.searchAudit({ ...query, after }),
  })
  if (rows.length === 0) return <Empty>No row matches.</Empty>
  return (
    <section class="card" aria-label="Rows found">
      <Table caption="Audit log" columns={['When', 'What', 'Who', 'To whom', 'From', '']}>
        {rows.map((row) => (
          <Row key={`${row.chain}.${String(row.seq)}`} row={row} onShow={onShow} />
        ))}
      </Table>
      {more}
    </section>
  )
}

function Row({ row, onShow }: { row: AuditRow; onShow: (row: AuditRow) => void }) {
  const { at, kind, result, reason, actor, subject } = row
  return (
    <tr>
      <td class="nowrap">
        <Time at={at} isShort />
      </td>
      <th scope="row">
        <span class="code">{kind}</span>{' '}
        {result === 'refused' && (
          <span class="tag tag-bad">{reason === undefined ? 'refused' : `refused: ${reason}`}</span>
        )}
      </th>
      <td>
        <Party party={actor} isErased={row.erased.includes('actorName')} />
      </td>
      <td>{subject && <Party party={subject} isErased={row.erased.includes('subjectName')} />}</td>
      <td>
        <Value text={row.address} isErased={row.erased.includes('address')} />
      </td>
      <td>
        <button
          type="button"
          onClick={() => {
            onShow(row)
          }}
        >
          Details<span class="unseen"> of {kind}</span>
        </button>
      </td>
    </tr>
  )
}

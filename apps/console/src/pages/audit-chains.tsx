import { type AuditHead, type AuditHeads } from '../api/audit/generated/types.js'
import { auditApi } from '../session/session.js'
import { Fact } from '../ui/fact.js'
import { Show } from '../ui/states.js'
import { Table } from '../ui/table.js'
import { Time } from '../ui/time.js'
import { useLoaded } from '../ui/use-loaded.js'

/** The chains that were written last: their heads, and what this process still owes. */
export function AuditChains() {
  const heads = useLoaded((signal) => auditApi.getAuditHeads({ signal }), { everyMs: 10_000 })
  return <Show of={heads}>{(data) => <Chains data={data} />}</Show>
}

function Chains({ data }: { data: AuditHeads }) {
  const { owed, lost, heads } = data
  return (
    <section class="card">
      <h2>Chains</h2>
      <p>
        Each process links its rows to a chain; the last row vouches for all before it. This page
        shows the heads, and does not verify them: <code>jotgate-service audit verify</code> does.
      </p>
      {owed + lost > 0 && (
        <dl class="facts">
          <Fact name="Rows that wait for the database">{owed.toLocaleString('en')}</Fact>
          <Fact name="Events without a row">{lost.toLocaleString('en')}</Fact>
        </dl>
      )}
      <Table caption="Chains" columns={['Chain', 'Rows', 'Opened', 'Last row', 'State', 'MAC']}>
        {heads.map((head) => (
          <ChainRow key={head.chain} head={head} />
        ))}
      </Table>
    </section>
  )
}

function ChainRow({ head }: { head: AuditHead }) {
  const { chain, seq, mac, openedAt, at, closed, current } = head
  return (
    <tr>
      <th scope="row">
        <span class="code">{chain}</span>{' '}
        {current && <span class="tag tag-good">this process</span>}
      </th>
      <td>{seq.toLocaleString('en')}</td>
      <td>
        <Time at={openedAt} isShort />
      </td>
      <td>
        <Time at={at} isShort />
      </td>
      <td>
        <span class="tag">{closed ? 'closed' : 'open'}</span>
      </td>
      <td>
        <span class="code" title={mac}>
          {mac.slice(0, 10)}…
        </span>
      </td>
    </tr>
  )
}

import {
  type Process,
  type RecentRevocation,
  type Revocations,
} from '../api/admin/generated/types.js'
import { May } from '../session/may.js'
import { api } from '../session/session.js'
import { Empty, Show } from '../ui/states.js'
import { Table } from '../ui/table.js'
import { Time } from '../ui/time.js'
import { lasting } from '../ui/times.js'
import { useLoaded } from '../ui/use-loaded.js'
import { RevocationForm } from './revocation-form.js'

/** Revocations, live: their number, the delay of each process, the recent ones; and a form to revoke. */
export function RevocationsPage() {
  const revocations = useLoaded((signal) => api.getRevocations({ signal }), { everyMs: 2000 })
  return (
    <>
      <h1>Revocations</h1>
      <Show of={revocations}>{(data) => <Overview data={data} />}</Show>
      <May to="Revoke">
        <RevocationForm onDone={revocations.reload} />
      </May>
      {revocations.data && <Recent entries={revocations.data.recent} />}
    </>
  )
}

function Overview({ data }: { data: Revocations }) {
  const { ready, entries, processes } = data
  const lags = processes.flatMap(({ staleness }) => staleness ?? [])
  return (
    <>
      <dl class="facts">
        <Fact name="This process">{ready ? 'ready' : 'not ready'}</Fact>
        <Fact name="Entries">{entries.toLocaleString('en')}</Fact>
        <Fact name="Processes">{String(processes.length)}</Fact>
        <Fact name="Furthest behind">{lags.length === 0 ? '–' : lagOf(Math.max(...lags))}</Fact>
      </dl>
      <section class="card">
        <h2>Processes</h2>
        <Table
          caption="Processes"
          columns={['Process', 'State', 'Entries', 'Behind by', 'Started', 'Seen']}
        >
          {processes.map((process) => (
            <ProcessRow key={process.id} process={process} />
          ))}
        </Table>
      </section>
    </>
  )
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function ProcessRow({ process }: { process: Process }) {
  const { host, pid, current, ready, entries, staleness } = process
  return (
    <tr>
      <th scope="row">
        {host}, {pid} {current && <span class="tag tag-good">this one</span>}
      </th>
      <td>
        <span class={ready ? 'tag tag-good' : 'tag tag-bad'}>{ready ? 'ready' : 'not ready'}</span>
      </td>
      <td>{entries.toLocaleString('en')}</td>
      <td class="nowrap">{staleness === undefined ? 'not known yet' : lagOf(staleness)}</td>
      <td>
        <Time at={process.startedAt} isShort />
      </td>
      <td>
        <Time at={process.seenAt} isShort />
      </td>
    </tr>
  )
}

function lagOf(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : lasting(seconds)
}

const meanings = {
  jti: 'one token',
  sid: 'a session',
  sub: 'what a user has',
  client: 'what a client has',
  all: 'everything',
} as const

function Recent({ entries }: { entries: readonly RecentRevocation[] }) {
  return (
    <section class="card">
      <h2>Recent revocations</h2>
      {entries.length === 0 ? (
        <Empty>
          Nothing has been revoked since this process started. What is, by this or another process,
          appears here within seconds.
        </Empty>
      ) : (
        <Table caption="Recent revocations" columns={['Kind', 'Value', 'Received', 'Kept until']}>
          {entries.map((entry, index) => (
            <tr key={index}>
              <th scope="row">
                <span class="code">{entry.kind}</span>{' '}
                <span class="muted nowrap">{meanings[entry.kind]}</span>
              </th>
              <td class="wrap">
                <span class="code">{entry.value}</span>
                {entry.before !== undefined && (
                  <span class="muted nowrap">
                    {' '}
                    issued before <Time at={entry.before} />
                  </span>
                )}
              </td>
              <td>
                <Time at={entry.seenAt} isShort />
              </td>
              <td>
                <Time at={entry.expiresAt} isShort />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  )
}

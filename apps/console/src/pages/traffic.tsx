import { type Traffic } from '../api/admin/generated/types.js'
import { Lines } from '../charts/lines.js'
import { StackedBars } from '../charts/stacked-bars.js'
import { api } from '../session/session.js'
import { Show } from '../ui/states.js'
import { Table } from '../ui/table.js'
import { moment } from '../ui/times.js'
import { useLoaded } from '../ui/use-loaded.js'
import { durationText, summarize, type TrafficSummary } from './traffic-summary.js'

/** What is accepted and refused, and how long it takes, live. */
export function TrafficPage() {
  const traffic = useLoaded((signal) => api.getTraffic({ signal }), { everyMs: 2000 })
  return (
    <>
      <h1>Traffic</h1>
      <Show of={traffic}>
        {(data) => <Charts data={data} summary={summarize(data, Date.now() / 1000)} />}
      </Show>
    </>
  )
}

function Charts({ data, summary }: { data: Traffic; summary: TrafficSummary }) {
  return (
    <>
      <SharedAddress accounts={data.sharedAddress} />
      <Totals data={data} summary={summary} />
      <Requests data={data} summary={summary} />
      <Latency data={data} summary={summary} />
      <section class="card">
        <details>
          <summary>The same as a table</summary>
          <Numbers summary={summary} />
        </details>
      </section>
    </>
  )
}

/** Most likely a mistake in the configuration, which closes logins for all when one person mistypes a password often. */
function SharedAddress({ accounts }: { accounts: number | undefined }) {
  if (accounts === undefined) return null
  return (
    <p class="card fault" role="note">
      {accounts.toLocaleString('en')} accounts, nearly all, have logged in from one address within
      the hour. If that is a proxy, name it in <code>trustedProxies</code> and have it write{' '}
      <code>X-Forwarded-For</code>: the limits of logins take all callers there for one.
    </p>
  )
}

function Totals({ data, summary }: { data: Traffic; summary: TrafficSummary }) {
  const { accepted, refused, p50, p99, minutes } = summary
  const facts = [
    ['Accepted', accepted.toLocaleString('en')],
    ['Refused', refused.toLocaleString('en')],
    ['p50', durationText(p50)],
    ['p99', durationText(p99)],
    ['Processes', String(data.processes)],
  ] as const
  return (
    <>
      <p class="hint">
        The last {minutes} minutes, over all processes. What the console itself asks for is not
        counted, unless it is refused.
      </p>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function Requests({ data, summary }: { data: Traffic; summary: TrafficSummary }) {
  const { series, bars, minutes, accepted, refused } = summary
  const text = `Requests per ${String(data.step)} seconds, over ${String(minutes)} minutes: ${String(accepted)} accepted, ${String(refused)} refused.`
  return (
    <section class="card">
      <h2>Requests per {data.step} s</h2>
      <StackedBars
        bars={bars}
        series={series.map(({ name }) => name)}
        step={data.step}
        summary={text}
      />
      <ul class="legend">
        {series.map(({ name, total }, index) => (
          <li key={name}>
            <span class={`swatch series-${String(index)}`} aria-hidden="true" />{' '}
            <span class={index === 0 ? '' : 'code'}>{name}</span> {total.toLocaleString('en')}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Latency({ data, summary }: { data: Traffic; summary: TrafficSummary }) {
  const { bars, p50, p99 } = summary
  const first = bars[0]?.at ?? 0
  const names = ['p50', 'p99'] as const
  return (
    <section class="card">
      <h2>Latency in ms</h2>
      <Lines
        lines={names.map((name) => ({
          name,
          points: bars.map((bar) => ({ at: bar.at + data.step / 2, value: bar[name] })),
        }))}
        span={[first, (bars.at(-1)?.at ?? first) + data.step]}
        ceiling={data.buckets.at(-1) ?? 1}
        summary={`Latency: half of the requests within ${durationText(p50)}, 99 of 100 within ${durationText(p99)}.`}
      />
      <ul class="legend">
        {names.map((name, index) => (
          <li key={name}>
            <span class={`swatch line-${String(index)}`} aria-hidden="true" /> {name}
          </li>
        ))}
        <li>Approximate: computed from histogram buckets.</li>
      </ul>
    </section>
  )
}

function Numbers({ summary }: { summary: TrafficSummary }) {
  const { bars, series } = summary
  const now = bars.at(-1)?.at ?? 0
  const busy = bars.filter(
    ({ values, p50 }) => p50 !== undefined || values.some((each) => each > 0),
  )
  return (
    <Table
      caption="Traffic by time"
      columns={['From', ...series.map(({ name }) => name), 'p50', 'p99']}
    >
      {busy.toReversed().map((bar) => (
        <tr key={bar.at}>
          <th scope="row" class="nowrap">
            {moment(bar.at, now)}
          </th>
          {bar.values.map((value, index) => (
            <td key={index}>{value}</td>
          ))}
          <td class="nowrap">{durationText(bar.p50)}</td>
          <td class="nowrap">{durationText(bar.p99)}</td>
        </tr>
      ))}
    </Table>
  )
}

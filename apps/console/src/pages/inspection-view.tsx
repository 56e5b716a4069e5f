import { type CheckResult, type Inspection } from '../api/admin/generated/types.js'
import { Table } from '../ui/table.js'
import { moment } from '../ui/times.js'
import { Claims } from './claims.js'

/** The verdict, the token's content, and every check. */
export function InspectionView({ inspection }: { inspection: Inspection }) {
  const { ok, code, now, header, claims, checks } = inspection
  return (
    <>
      <section class={ok ? 'verdict good' : 'verdict bad'} aria-label="Verdict">
        <h2>{ok ? 'Accepted' : 'Refused'}</h2>
        {code !== undefined && <p class="code">{code}</p>}
        <p>{ok ? 'Every check passes: a call with this token is accepted.' : whyNot(checks)}</p>
      </section>
      <div class="columns">
        <section class="card">
          <h2>Header</h2>
          <Claims of={header} now={now} nothing="The header cannot be read." />
        </section>
        <section class="card">
          <h2>Claims</h2>
          {!ok && <p class="hint">Claims as written in the token — not verified.</p>}
          <Claims of={claims} now={now} nothing="The claims cannot be read." />
        </section>
      </div>
      <section class="card">
        <h2>Checks</h2>
        <Table caption="Checks" columns={['Check', 'Verdict', 'Expected', 'Found', 'Source']}>
          {checks.map((check, index) => (
            <CheckRow key={index} check={check} now={now} />
          ))}
        </Table>
      </section>
    </>
  )
}

function whyNot(checks: readonly CheckResult[]): string {
  const first = checks.find(({ verdict }) => verdict === 'fail')
  return first === undefined
    ? 'Not all checks were run.'
    : `The check “${first.name}” fails: expected ${first.expected}, found ${first.found}.`
}

const signs = { pass: '✓', fail: '✕', 'not reached': '–' } as const

function CheckRow({ check, now }: { check: CheckResult; now: number }) {
  const { name, verdict, expected, found, rfc, code, claim } = check
  return (
    <tr class={`check-${verdict.replace(' ', '-')}`}>
      <th scope="row">{name}</th>
      <td class="verdict-cell">
        <span aria-hidden="true">{signs[verdict]}</span> {verdict}
        {code !== undefined && <span class="code"> {code}</span>}
        {claim !== undefined && <span class="code"> {claim}</span>}
      </td>
      <td>
        <WithTimes text={expected} now={now} />
      </td>
      <td class="wrap">
        <WithTimes text={found} now={now} />
      </td>
      <td>
        <Sources text={rfc} />
      </td>
    </tr>
  )
}

/** RFCs by number and section, as links to their texts. */
function Sources({ text }: { text: string }) {
  const parts = text.split(/,\s*(?=RFC)/)
  return (
    <>
      {parts.map((part) => (
        <div key={part}>
          <Source text={part} />
        </div>
      ))}
    </>
  )
}

function Source({ text }: { text: string }) {
  const [, number, section] = /^RFC (\d+)(?: section ([\d.]+))?/.exec(text) ?? []
  if (number === undefined) return <>{text}</>
  const part = section === undefined ? '' : `#section-${section}`
  return (
    <a href={`https://www.rfc-editor.org/rfc/rfc${number}${part}`} target="_blank" rel="noreferrer">
      {text}
    </a>
  )
}

/** A text with the time of day behind each Unix time in it. */
function WithTimes({ text, now }: { text: string; now: number }) {
  const pieces = text.split(/\b(\d{10}(?:\.\d+)?)\b/)
  return (
    <>
      {pieces.map((piece, index) =>
        index % 2 === 0 ? (
          piece
        ) : (
          <span key={index}>
            {piece} <span class="muted nowrap">({moment(Number(piece), now)})</span>
          </span>
        ),
      )}
    </>
  )
}

import { type AuditParty, type AuditRow } from '../api/audit/generated/types.js'
import { hrefOf } from '../route.js'
import { may } from '../session/session.js'
import { Dialog } from '../ui/dialog.js'
import { Fact } from '../ui/fact.js'
import { Time } from '../ui/time.js'

/** A value that may have been erased: nothing for one that never was. */
export function Value({ text, isErased }: { text: string | undefined; isErased: boolean }) {
  if (isErased) return <span class="muted">erased</span>
  return text === undefined ? null : <span class="wrap">{text}</span>
}

/** A party by its name, or by its id where there is no name; a user leads to its page. */
export function Party({ party, isErased }: { party: AuditParty; isErased: boolean }) {
  const { kind, id, name } = party
  const words = name ?? id
  const isLink = kind === 'user' && !isErased && may('ReadUsers')
  return (
    <>
      {isLink ? <a href={hrefOf('users', id)}>{words}</a> : <span class="wrap">{words}</span>}{' '}
      {kind !== 'user' && <span class="tag">{kind}</span>}
      {isErased && <span class="muted"> name erased</span>}
    </>
  )
}

/** One row in full. */
export function RowDialog({ row, onClose }: { row: AuditRow; onClose: () => void }) {
  const { at, kind, result, reason, actor, subject, client, sid, details } = row
  const isErased = (field: string) => row.erased.includes(field)
  return (
    <Dialog title={kind} onClose={onClose}>
      <dl class="claims">
        <Fact name="When">
          <Time at={at} />
        </Fact>
        <Fact name="Result">{reason === undefined ? result : `${result}: ${reason}`}</Fact>
        <PartyFact name="Who" party={actor} isErased={isErased('actorName')} />
        {subject && <PartyFact name="To whom" party={subject} isErased={isErased('subjectName')} />}
        <CodeFact name="Client" text={client} />
        <CodeFact name="Session" text={sid} />
        <ValueFact name="Address" text={row.address} isErased={isErased('address')} />
        <ValueFact name="User agent" text={row.userAgent} isErased={isErased('userAgent')} />
        <CodeFact
          name="Details"
          text={details === undefined ? undefined : JSON.stringify(details, null, 1)}
        />
        <CodeFact name="Row" text={`${row.chain}, ${String(row.seq)}`} />
        <CodeFact name="MAC" text={row.mac} />
      </dl>
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  )
}

function PartyFact(props: { name: string; party: AuditParty; isErased: boolean }) {
  const { kind, id, name } = props.party
  return (
    <Fact name={props.name}>
      {kind} <span class="code">{id}</span>
      {name !== undefined && ` ${name}`}
      {props.isErased && <span class="muted"> (name erased)</span>}
    </Fact>
  )
}

function CodeFact({ name, text }: { name: string; text: string | undefined }) {
  if (text === undefined) return null
  return (
    <Fact name={name}>
      <span class="code">{text}</span>
    </Fact>
  )
}

function ValueFact(props: { name: string; text: string | undefined; isErased: boolean }) {
  if (props.text === undefined && !props.isErased) return null
  return (
    <Fact name={props.name}>
      <Value text={props.text} isErased={props.isErased} />
    </Fact>
  )
}

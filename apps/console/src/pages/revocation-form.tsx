import { useId, useState } from 'preact/hooks'
import { type NewRevocation, type RevocationPreview } from '../api/admin/generated/types.js'
import { api } from '../session/session.js'
import { type Question } from '../ui/confirm.js'
import { Field } from '../ui/field.js'
import { announce } from '../ui/notice.js'
import { Failure } from '../ui/states.js'
import { useAction } from '../ui/use-action.js'
import { useQuestion } from '../ui/use-question.js'

type Kind = NewRevocation['kind']

const kinds = {
  jti: { title: 'One token (jti)', value: 'Token id (the claim jti)', strikes: 'The one token' },
  sid: {
    title: 'A session (sid)',
    value: 'Session id (the claim sid)',
    strikes: 'Every token of the session',
  },
  sub: {
    title: 'A user’s tokens (sub)',
    value: 'User id (the claim sub)',
    strikes: 'Every token issued to the user until now',
  },
  client: {
    title: 'A client’s tokens (client)',
    value: 'Client id (the claim client_id)',
    strikes: 'Every token issued to the client until now',
  },
  all: { title: 'Everything (all)', value: '', strikes: 'Every token issued until now' },
} as const satisfies Record<Kind, { title: string; value: string; strikes: string }>

const kindNames = Object.keys(kinds) as Kind[] // the keys of the table above

/**
 * Revokes a token, a session, all tokens of a user or a client, or everything, after a question that says how many sessions
 * it hits. What hits everybody takes a typed word.
 */
export function RevocationForm({ onDone }: { onDone: () => void }) {
  const [kind, setKind] = useState<Kind>('jti')
  const [value, setValue] = useState('')
  const [ask, dialog] = useQuestion()
  const look = useAction()
  const submit = async (event: Event) => {
    event.preventDefault()
    if (look.isRunning) return
    const done = () => {
      setValue('')
      onDone()
    }
    const request = kind === 'all' ? { kind } : { kind, value: value.trim() }
    await look.run(async () => {
      ask(revocation(request, await api.previewRevocation(request), done))
    })
  }
  return (
    <section class="card">
      <h2>Revoke</h2>
      <form class="search revoke" onSubmit={(event) => void submit(event)} autocomplete="off">
        <KindField kind={kind} onChange={setKind} />
        {kind !== 'all' && (
          <Field
            label={kinds[kind].value}
            value={value}
            onChange={setValue}
            settings={{ required: true, isCode: true }}
          />
        )}
        <button type="submit" class="danger">
          Revoke …
        </button>
      </form>
      {look.problem && <Failure problem={look.problem} />}
      {dialog}
    </section>
  )
}

function KindField({ kind, onChange }: { kind: Kind; onChange: (kind: Kind) => void }) {
  const id = useId()
  return (
    <div class="field kind">
      <label for={id}>What</label>
      <select
        id={id}
        value={kind}
        onChange={(event) => {
          const { value } = event.currentTarget
          onChange(kindNames.find((name) => name === value) ?? 'jti')
        }}
      >
        {kindNames.map((name) => (
          <option key={name} value={name}>
            {kinds[name].title}
          </option>
        ))}
      </select>
    </div>
  )
}

function revocation(
  request: NewRevocation,
  { sessions, confirm }: RevocationPreview,
  done: () => void,
): Question {
  const { kind, value } = request
  const { title, strikes } = kinds[kind]
  return {
    title: kind === 'all' ? 'Revoke everything?' : `Revoke: ${title}?`,
    text: (
      <>
        {value !== undefined && (
          <p>
            <code>{value}</code>
          </p>
        )}
        <p>
          {strikes} is refused from now on, by every process within seconds. This cannot be undone.
        </p>
        {sessions !== undefined && (
          <p>
            It hits{' '}
            <strong>
              {sessions.toLocaleString('en')} live session{sessions === 1 ? '' : 's'}
            </strong>
            {kind === 'sid' ? '.' : ', which go on after a refresh.'}
          </p>
        )}
        {confirm !== undefined && <p>That is everybody, including you.</p>}
      </>
    ),
    verb: 'Revoke',
    ...(confirm === undefined ? {} : { word: confirm }),
    work: async () => {
      await api.revoke(confirm === undefined ? request : { ...request, confirm })
      announce(kind === 'all' ? 'Everything has been revoked.' : 'It has been revoked.')
      done()
    },
  }
}

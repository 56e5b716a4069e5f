import { useState } from 'preact/hooks'
import { type AuditReqInput } from '../api/audit/generated/types.js'
import { Field } from '../ui/field.js'

/** The fields, with their hints. Days are those of this machine. */
const fields = {
  kind: { label: 'What', hint: 'Such as user.login.' },
  actor: { label: 'Who', hint: 'The id of a user or a client.' },
  subject: { label: 'To whom', hint: 'An id; own acts are found too.' },
  client: { label: 'Client', hint: 'Its id.' },
  sid: { label: 'Session', hint: 'Its id.' },
  address: { label: 'Address', hint: 'As it is shown in a row.' },
  from: { label: 'From day', hint: 'Such as 2026-03-31.' },
  to: { label: 'To day', hint: 'This day included.' },
} as const

type Name = keyof typeof fields
type Values = Readonly<Record<Name, string>>
const names = Object.keys(fields) as readonly Name[] // its own keys
const none = Object.fromEntries(names.map((name) => [name, ''])) as Values // one for each

/** The filters of the audit log; they are applied together, on submit. */
export function AuditFilters(props: {
  /** The id of the party that is looked for first; empty for none. */
  subject: string
  onSearch: (filters: AuditReqInput) => void
}) {
  const [values, setValues] = useState<Values>({ ...none, subject: props.subject })
  const [faults, setFaults] = useState<readonly Name[]>([])
  return (
    <form
      class="search filters"
      role="search"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        const wrong = (['from', 'to'] as const).filter((name) => Number.isNaN(dayOf(values[name])))
        setFaults(wrong)
        if (wrong.length === 0) props.onSearch(toFilters(values))
      }}
    >
      {names.map((name) => (
        <Field
          key={name}
          label={fields[name].label}
          value={values[name]}
          onChange={(value) => {
            setValues({ ...values, [name]: value })
          }}
          settings={{
            type: 'search',
            hint: fields[name].hint,
            fault: faults.includes(name)
              ? 'Must be year-month-day, such as 2026-03-31.'
              : undefined,
          }}
        />
      ))}
      <button type="submit">Search</button>
    </form>
  )
}

function toFilters(values: Values): AuditReqInput {
  const { from, to, ...others } = values
  const given = Object.entries(others).filter(([, value]) => value.trim() !== '')
  const [since, until] = [dayOf(from), dayOf(to)]
  return {
    ...Object.fromEntries(given.map(([name, value]) => [name, value.trim()])),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until: until + 86_400 }),
  }
}

/** Midnight of a day, in Unix seconds; undefined for an empty text, NaN for no day. */
function dayOf(text: string): number | undefined {
  const day = text.trim()
  if (day === '') return undefined
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? Math.floor(Date.parse(`${day}T00:00`) / 1000) : NaN
}

import { useState } from 'preact/hooks'
import { type Attribute, type User } from '../api/accounts/generated/types.js'
import { fieldFault } from '../session/field-fault.js'
import { accountsApi } from '../session/session.js'
import { Choice } from '../ui/choice.js'
import { Field } from '../ui/field.js'
import { announce } from '../ui/notice.js'
import { Failure } from '../ui/states.js'
import { useAction } from '../ui/use-action.js'

/** The form for the attributes that the configuration has. */
export function AttributesForm(props: {
  user: User
  attributes: readonly Attribute[]
  onDone: (user: User) => void
}) {
  const { user, attributes } = props
  const [texts, setTexts] = useState(() => toTexts(user, attributes))
  const action = useAction()
  const { problem } = action
  const isAtField = attributes.some(({ name }) => fieldFault(problem, `attributes.${name}`))
  const submit = async (event: Event) => {
    event.preventDefault()
    if (action.isRunning) return
    await action.run(async () => {
      const change = attributes.map((each): [string, unknown] => [
        each.name,
        toValue(each, texts[each.name] ?? ''),
      ])
      props.onDone(
        await accountsApi.changeAccount({ id: user.id, attributes: Object.fromEntries(change) }),
      )
      announce(
        `The attributes of ${user.username} have been changed; tokens follow as they are refreshed.`,
      )
    })
  }
  return (
    <form class="card" onSubmit={(event) => void submit(event)} autocomplete="off">
      <h2>Attributes</h2>
      {attributes.map((attribute) => (
        <AttributeField
          key={attribute.name}
          attribute={attribute}
          text={texts[attribute.name] ?? ''}
          fault={fieldFault(problem, `attributes.${attribute.name}`)}
          onChange={(text) => {
            setTexts({ ...texts, [attribute.name]: text })
          }}
        />
      ))}
      {problem && !isAtField && <Failure problem={problem} />}
      <div class="buttons">
        <button type="submit" disabled={action.isRunning}>
          Change attributes
        </button>
      </div>
    </form>
  )
}

const booleans = { '': 'none', true: 'true', false: 'false' } as const

function AttributeField(props: {
  attribute: Attribute
  text: string
  fault: string | undefined
  onChange: (text: string) => void
}) {
  const { attribute, text, fault, onChange } = props
  const { name, type, claim } = attribute
  if (type === 'boolean')
    return (
      <Choice
        label={name}
        value={text === 'true' || text === 'false' ? text : ''}
        options={booleans}
        onChange={onChange}
      />
    )
  const inTokens = claim === undefined ? 'In no token.' : `In tokens as ${claim}.`
  const hint = type === 'list' ? `Separate with commas. ${inTokens}` : inTokens
  return <Field label={name} value={text} onChange={onChange} settings={{ hint, fault }} />
}

/** What stands in the fields: nothing for an attribute that the user does not have. */
function toTexts(
  { attributes }: User,
  defined: readonly Attribute[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(defined.map(({ name }) => [name, textOf(attributes[name])]))
}

/**
 * The value of an attribute as it is shown.
 *
 * @example textOf(['a', 'b']) // 'a, b'
 */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}

/** What is sent: null takes the attribute away; a text that is no number is refused by the service. */
function toValue({ type }: Attribute, text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (type === 'number') return Number.isNaN(Number(trimmed)) ? trimmed : Number(trimmed)
  if (type === 'boolean') return trimmed === 'true'
  if (type === 'list') return trimmed.split(',').map((item) => item.trim())
  return trimmed
}

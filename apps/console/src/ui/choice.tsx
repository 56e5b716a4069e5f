import { useId } from 'preact/hooks'

/** One of a few, by the words for each. */
export function Choice<Name extends string>(props: {
  label: string
  value: Name
  options: Readonly<Record<Name, string>>
  onChange: (value: Name) => void
}) {
  const id = useId()
  const names = Object.keys(props.options) as Name[] // the keys of the table
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        onChange={(event) => {
          const { value } = event.currentTarget
          props.onChange(names.find((name) => name === value) ?? props.value)
        }}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {props.options[name]}
          </option>
        ))}
      </select>
    </div>
  )
}

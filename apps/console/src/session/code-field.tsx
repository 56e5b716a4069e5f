import { Field } from '../ui/field.js'

/** The field for a code of the second factor, with which a login goes on. */
export function CodeField(props: { value: string; onChange: (value: string) => void }) {
  return (
    <Field
      label="Code"
      value={props.value}
      onChange={props.onChange}
      settings={{
        autocomplete: 'one-time-code',
        required: true,
        autoFocus: true,
        isCode: true,
        hint: 'The six digits that your app shows, or one of your recovery codes.',
      }}
    />
  )
}

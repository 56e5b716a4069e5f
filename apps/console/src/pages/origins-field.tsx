import { Field } from '../ui/field.js'

/** The origins of an app's pages; a service has none. `fault` is about the list or about one of them. */
export function OriginsField(props: {
  kind: string
  origins: string
  onChange: (origins: string) => void
  fault: string | undefined
}) {
  if (props.kind !== 'public') return null
  return (
    <Field
      label="Origins"
      value={props.origins}
      onChange={props.onChange}
      settings={{
        hint: 'Separate with spaces, each as https://shop.example. Pages that may call with this client. Optional.',
        fault: props.fault,
      }}
    />
  )
}

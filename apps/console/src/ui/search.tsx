import { useState } from 'preact/hooks'
import { Field } from './field.js'

/** A search field with a button; it reports the text on submit, not on every key. */
export function Search(props: {
  label: string
  initial?: string
  hint?: string
  onSearch: (text: string) => void
}) {
  const [text, setText] = useState(props.initial ?? '')
  return (
    <form
      class="search"
      role="search"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        props.onSearch(text.trim())
      }}
    >
      <Field
        label={props.label}
        value={text}
        onChange={setText}
        settings={{ type: 'search', hint: props.hint }}
      />
      <button type="submit">Search</button>
    </form>
  )
}

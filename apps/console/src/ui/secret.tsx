import { useId, useRef, useState } from 'preact/hooks'
import { Dialog } from './dialog.js'

/** Shows a secret this once, to be copied. It is in the page's memory until the dialog is closed, and nowhere else. */
export function SecretDialog(props: {
  title: string
  secret: string
  /** Further information, such as how long the previous secret is valid. */
  note: string
  onClose: () => void
}) {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <div class="stack">
        <p>It is shown only this once. {props.note}</p>
        <Copyable label="Secret" value={props.secret} />
        <div class="buttons">
          <button type="button" class="primary" onClick={props.onClose}>
            Done
          </button>
        </div>
      </div>
    </Dialog>
  )
}

/** A text to be copied. */
export function Copyable({ label, value }: { label: string; value: string }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [said, setSaid] = useState('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setSaid('Copied.')
    } catch {
      // No clipboard for pages over plain HTTP, or none for this one.
      field.current?.select()
      setSaid('This browser does not allow copying: the secret is selected, copy it yourself.')
    }
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="copyable">
        <input id={id} ref={field} class="code" readOnly value={value} autocomplete="off" />
        <button type="button" autofocus onClick={() => void copy()}>
          Copy
        </button>
      </div>
      <p class="hint" role="status">
        {said}
      </p>
    </div>
  )
}

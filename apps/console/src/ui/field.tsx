import { type ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'

/** What an input may be beside plain text. */
export interface FieldSettings {
  readonly type?: 'text' | 'password' | 'search' | 'number'
  readonly autocomplete?: string
  readonly autoFocus?: boolean
  readonly required?: boolean
  readonly hint?: ComponentChildren
  /** What is wrong with the value. */
  readonly fault?: string | undefined
  readonly isCode?: boolean
}

/** An input with its label, a hint and what is wrong with its value. */
export function Field(props: {
  label: string
  value: string
  onChange: (value: string) => void
  settings?: FieldSettings
}) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const settings = props.settings ?? {}
  const { hint, fault } = settings
  // Preact's types couple it with the role, which stays the type's own.
  const type: object = { type: settings.type ?? 'text' }
  const notes = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ')
  useEffect(() => {
    // The attribute counts only while a page or a dialog opens.
    if (settings.autoFocus) input.current?.focus()
  }, [settings.autoFocus])
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        ref={input}
        {...type}
        value={props.value}
        class={settings.isCode ? 'code' : ''}
        autocomplete={settings.autocomplete ?? 'off'}
        autocapitalize="none"
        spellcheck={false}
        required={settings.required ?? false}
        autofocus={settings.autoFocus ?? false}
        aria-invalid={fault ? 'true' : undefined}
        aria-describedby={notes === '' ? undefined : notes}
        onInput={(event) => {
          props.onChange(event.currentTarget.value)
        }}
      />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${id}-fault`} role="alert">
          {fault}
        </p>
      )}
    </div>
  )
}

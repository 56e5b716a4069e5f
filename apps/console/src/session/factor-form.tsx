import { type ComponentChildren } from 'preact'
import { Field } from '../ui/field.js'
import { Failure } from '../ui/states.js'
import { useAction } from '../ui/use-action.js'

interface FactorFormProps {
  /** What its button says. */
  readonly verb: string
  readonly work: () => Promise<void>
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** One step of setting up or removing a second factor. */
export function FactorForm({ verb, work, onClose, children }: FactorFormProps) {
  const action = useAction()
  const submit = async (event: Event) => {
    event.preventDefault()
    if (!action.isRunning) await action.run(work)
  }
  return (
    <form class="stack" onSubmit={(event) => void submit(event)} autocomplete="off">
      {children}
      {action.problem && <Failure problem={action.problem} />}
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="primary" disabled={action.isRunning}>
          {verb}
        </button>
      </div>
    </form>
  )
}

/** The field for the user's own password. */
export function OwnPassword(props: { value: string; onChange: (value: string) => void }) {
  return (
    <Field
      label="Your password"
      value={props.value}
      onChange={props.onChange}
      settings={{
        type: 'password',
        autocomplete: 'current-password',
        required: true,
        autoFocus: true,
      }}
    />
  )
}

import { type ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Dialog } from './dialog.js'
import { Field } from './field.js'
import { Failure } from './states.js'
import { useAction } from './use-action.js'

/** A question before an action that cannot be undone. */
export interface Question {
  readonly title: string
  /** What will happen, and which user or object is affected. */
  readonly text: ComponentChildren
  /** What the button says: a verb. */
  readonly verb: string
  /** To be typed in before, for what strikes many. */
  readonly word?: string
  readonly work: () => Promise<void>
}

/** Asks a question, does the work on a yes, and stays to say what went wrong. */
export function Confirm({ question, onClose }: { question: Question; onClose: () => void }) {
  const action = useAction()
  const [typed, setTyped] = useState('')
  const { word } = question
  const mayGo = word === undefined || typed.trim() === word
  const submit = async (event: Event) => {
    event.preventDefault()
    if (mayGo && !action.isRunning && (await action.run(question.work))) onClose()
  }
  return (
    <Dialog title={question.title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} autocomplete="off">
        <div class="dialog-text">{question.text}</div>
        {word !== undefined && (
          <Field
            label={`Type ${word} to confirm`}
            value={typed}
            onChange={setTyped}
            settings={{ autoFocus: true }}
          />
        )}
        {action.problem && <Failure problem={action.problem} />}
        <div class="buttons">
          <button type="button" onClick={onClose} autofocus={word === undefined}>
            Cancel
          </button>
          <button type="submit" class="danger" disabled={!mayGo || action.isRunning}>
            {question.verb}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

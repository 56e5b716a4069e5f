import { useId, useState } from 'preact/hooks'
import { type Inspection } from '../api/admin/generated/types.js'
import { api } from '../session/session.js'
import { Failure } from '../ui/states.js'
import { useAction } from '../ui/use-action.js'
import { InspectionView } from './inspection-view.js'

/**
 * Inspects a token: its content, and the verdict of each check. The token is sent to POST /admin/inspect and kept only
 * in the field, until the page is left.
 */
export function InspectPage() {
  const [token, setToken] = useState('')
  const [inspection, setInspection] = useState<Inspection>()
  const action = useAction()
  const field = useId()
  const submit = async (event: Event) => {
    event.preventDefault()
    setInspection(undefined)
    await action.run(async () => {
      setInspection(await api.inspect({ token: strip(token) }))
    })
  }
  const clear = () => {
    setToken('')
    setInspection(undefined)
    action.clear()
  }
  return (
    <>
      <h1>Inspect</h1>
      <form class="card" onSubmit={(event) => void submit(event)} autocomplete="off">
        <div class="field">
          <label for={field}>Token</label>
          <textarea
            id={field}
            class="code"
            rows={5}
            required
            maxLength={8192}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={token}
            aria-describedby={`${field}-hint`}
            onInput={(event) => {
              setToken(event.currentTarget.value)
            }}
          />
          <p class="hint" id={`${field}-hint`}>
            An access token in compact form, with or without “Bearer”. It goes to this service only,
            and is kept nowhere.
          </p>
        </div>
        <div class="buttons">
          <button type="submit" class="primary" disabled={action.isRunning}>
            Inspect
          </button>
          <button type="button" onClick={clear}>
            Clear
          </button>
        </div>
      </form>
      <div aria-live="polite">
        {action.problem && <Failure problem={action.problem} />}
        {inspection && <InspectionView inspection={inspection} />}
      </div>
    </>
  )
}

/** Characters that are copied along with a header or a wrapped line. */
function strip(token: string): string {
  return token.replace(/^\s*(authorization:\s*)?bearer\s+/i, '').replace(/\s+/g, '')
}

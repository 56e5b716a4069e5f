import { useState } from 'preact/hooks'
import { type Client, type RotatedSecret } from '../api/clients/generated/types.js'
import { clientsApi } from '../session/session.js'
import { Choice } from '../ui/choice.js'
import { Dialog } from '../ui/dialog.js'
import { Failure } from '../ui/states.js'
import { useAction } from '../ui/use-action.js'

const overlaps = {
  '3600': 'for an hour',
  '86400': 'for a day',
  '604800': 'for a week',
  '0': 'no longer: it has leaked',
} as const

/** Asks how long the current secret stays valid, and rotates it. */
export function RotationDialog(props: {
  client: Client
  onClose: () => void
  onDone: (rotated: RotatedSecret) => void
}) {
  const { id, name, oldSecretUntil } = props.client
  const [keepOld, setKeepOld] = useState<keyof typeof overlaps>('86400')
  const action = useAction()
  const submit = async (event: Event) => {
    event.preventDefault()
    if (action.isRunning) return
    await action.run(async () => {
      props.onDone(await clientsApi.rotateClientSecret({ id, keepOld: Number(keepOld) }))
    })
  }
  return (
    <Dialog title={`Give ${name} another secret?`} onClose={props.onClose}>
      <form onSubmit={(event) => void submit(event)} autocomplete="off">
        <p>Both secrets are valid until the current one ends, so no client has to stop.</p>
        {oldSecretUntil !== undefined && <p>The previous secret is still valid: it ends now.</p>}
        <Choice
          label="The current secret stays valid"
          value={keepOld}
          options={overlaps}
          onChange={setKeepOld}
        />
        {action.problem && <Failure problem={action.problem} />}
        <div class="buttons">
          <button type="button" onClick={props.onClose} autofocus>
            Cancel
          </button>
          <button type="submit" class="danger" disabled={action.isRunning}>
            Rotate
          </button>
        </div>
      </form>
    </Dialog>
  )
}

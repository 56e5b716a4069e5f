import { useState } from 'preact/hooks'
import { type User } from '../api/accounts/generated/types.js'
import { fieldFault } from '../session/field-fault.js'
import { accountsApi } from '../session/session.js'
import { Dialog } from '../ui/dialog.js'
import { Field } from '../ui/field.js'
import { wordsOf } from '../ui/words.js'
import { Failure } from '../ui/states.js'
import { useAction } from '../ui/use-action.js'

/** The form for a new user. */
export function NewUserDialog(props: { onClose: () => void; onDone: (user: User) => void }) {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [roles, setRoles] = useState('')
  const action = useAction()
  const { problem } = action
  const nameFault =
    fieldFault(problem, 'username') ?? (problem?.status === 409 ? problem.text : undefined)
  const passwordFault = fieldFault(problem, 'password')
  const submit = async (event: Event) => {
    event.preventDefault()
    if (action.isRunning) return
    await action.run(async () => {
      props.onDone(await accountsApi.createUser({ username, password, roles: wordsOf(roles) }))
    })
  }
  return (
    <Dialog title="Add a user" onClose={props.onClose}>
      <form onSubmit={(event) => void submit(event)} autocomplete="off">
        <Field
          label="Username"
          value={username}
          onChange={setUsername}
          settings={{ required: true, autoFocus: true, fault: nameFault }}
        />
        <PasswordField value={password} onChange={setPassword} fault={passwordFault} />
        <Field
          label="Roles"
          value={roles}
          onChange={setRoles}
          settings={{
            hint: 'Separate with commas. Optional. Users with the role “admin” can use this console.',
          }}
        />
        {problem && !nameFault && !passwordFault && <Failure problem={problem} />}
        <div class="buttons">
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={action.isRunning}>
            Add
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** A field for a new password, with the service's rules as a hint. */
export function PasswordField(props: {
  value: string
  onChange: (value: string) => void
  fault: string | undefined
}) {
  return (
    <Field
      label="New password"
      value={props.value}
      onChange={props.onChange}
      settings={{
        type: 'password',
        autocomplete: 'new-password',
        required: true,
        hint: 'At least 15 characters, and not easy to guess. A sentence works well.',
        fault: props.fault,
      }}
    />
  )
}

import { useState } from 'preact/hooks'
import { type User } from '../api/accounts/generated/types.js'
import { fieldFault } from '../session/field-fault.js'
import { accountsApi } from '../session/session.js'
import { Field } from '../ui/field.js'
import { announce } from '../ui/notice.js'
import { Failure } from '../ui/states.js'
import { useAction } from '../ui/use-action.js'

/** The form for the username, the display name and the e-mail address of a user. */
export function AccountForm(props: { user: User; onDone: (user: User) => void }) {
  const { user } = props
  const [username, setUsername] = useState(user.username)
  const [displayName, setDisplayName] = useState(user.displayName)
  const [email, setEmail] = useState(user.email)
  const action = useAction()
  const { problem } = action
  const faults = {
    username:
      fieldFault(problem, 'username') ??
      (problem?.reason === 'conflict' ? problem.text : undefined),
    displayName: fieldFault(problem, 'displayName'),
    email: fieldFault(problem, 'email'),
  }
  const isAtField = Object.values(faults).some((fault) => fault !== undefined)
  const submit = async (event: Event) => {
    event.preventDefault()
    if (action.isRunning) return
    await action.run(async () => {
      const changed = await save(user, { username: username.trim(), displayName, email })
      props.onDone(changed)
      announce(`The account of ${changed.username} has been changed; the sessions go on.`)
    })
  }
  return (
    <form class="card" onSubmit={(event) => void submit(event)} autocomplete="off">
      <h2>Account</h2>
      <Field
        label="Username"
        value={username}
        onChange={setUsername}
        settings={{ required: true, fault: faults.username }}
      />
      <Field
        label="Display name"
        value={displayName}
        onChange={setDisplayName}
        settings={{ required: true, fault: faults.displayName }}
      />
      <Field
        label="E-mail address"
        value={email}
        onChange={setEmail}
        settings={{ fault: faults.email }}
      />
      {problem && !isAtField && <Failure problem={problem} />}
      <div class="buttons">
        <button type="submit" disabled={action.isRunning}>
          Change account
        </button>
      </div>
    </form>
  )
}

type Fields = Pick<User, 'username' | 'displayName' | 'email'>

/** Sends what has changed; the name last, since it may be taken. */
async function save(user: User, fields: Fields): Promise<User> {
  const { id } = user
  const { username, displayName, email } = fields
  const changed = await accountsApi.changeAccount({ id, displayName, email: email.trim() })
  return username === user.username ? changed : accountsApi.renameUser({ id, username })
}

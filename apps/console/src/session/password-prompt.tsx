import { useState } from 'preact/hooks'
import { Dialog } from '../ui/dialog.js'
import { Field } from '../ui/field.js'
import { Failure } from '../ui/states.js'
import { CodeField } from './code-field.js'
import { needsCode, type Problem, type Profile } from './problem.js'
import { confirmLogin, leaveUnconfirmed } from './session.js'

/** Asks for the password, and for the code of a second factor, again, when the service wants a recent login for what the user is doing. */
export function PasswordPrompt({ profile }: { profile: Profile }) {
  const { username } = profile
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [asksCode, setAsksCode] = useState(profile.secondFactor === 'active')
  const [problem, setProblem] = useState<Problem>()
  const [isRunning, setRunning] = useState(false)
  const submit = async (event: Event) => {
    event.preventDefault()
    if (isRunning) return
    setRunning(true)
    setProblem(undefined)
    const refusal = await confirmLogin({ password, code })
    if (refusal && needsCode(refusal)) setAsksCode(true)
    else setProblem(refusal)
    setRunning(false)
  }
  return (
    <Dialog title="Enter your password" onClose={leaveUnconfirmed}>
      <form onSubmit={(event) => void submit(event)}>
        <div class="dialog-text">
          <p>
            You logged in more than five minutes ago. To go on with this change, enter the password
            of <strong>{username}</strong>.
          </p>
        </div>
        <input type="text" autocomplete="username" value={username} readOnly hidden />
        <Field
          label="Your password"
          value={password}
          onChange={setPassword}
          settings={{
            type: 'password',
            autocomplete: 'current-password',
            required: true,
            autoFocus: true,
          }}
        />
        {asksCode && <CodeField value={code} onChange={setCode} />}
        {problem && <Failure problem={problem} />}
        <div class="buttons">
          <button type="button" onClick={leaveUnconfirmed}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={isRunning}>
            {isRunning ? 'Checking …' : 'Go on'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

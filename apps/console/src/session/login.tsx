import { useEffect, useState } from 'preact/hooks'
import { Field } from '../ui/field.js'
import { Failure } from '../ui/states.js'
import { ThemeSwitch } from '../theme-switch.js'
import { type Problem } from './problem.js'
import { login } from './session.js'

const greetings = {
  new: 'Log in with the account of an administrator.',
  ended: 'Your session has ended. Log in again to continue where you were.',
  left: 'You are logged out.',
} as const

/** The login. The address stays the same, so the user returns to the requested page. */
export function Login({ why }: { why: keyof typeof greetings }) {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<Problem>()
  const [isRunning, setRunning] = useState(false)
  useEffect(() => {
    document.title = 'Log in – Jotgate console'
  }, [])
  const submit = async (event: Event) => {
    event.preventDefault()
    if (isRunning) return
    setRunning(true)
    setProblem(undefined)
    setProblem(await login(username, password))
    setRunning(false)
  }
  return (
    <main class="centred">
      <form class="card login" onSubmit={(event) => void submit(event)}>
        <h1>
          <img src="/console/icon.svg" alt="" width="28" height="28" /> Jotgate console
        </h1>
        <p role="status">{greetings[why]}</p>
        <Field
          label="Username"
          value={username}
          onChange={setUsername}
          settings={{ autocomplete: 'username', required: true, autoFocus: true }}
        />
        <Field
          label="Password"
          value={password}
          onChange={setPassword}
          settings={{ type: 'password', autocomplete: 'current-password', required: true }}
        />
        {problem && <Failure problem={problem} />}
        <div class="buttons spread">
          <ThemeSwitch />
          <button type="submit" class="primary" disabled={isRunning}>
            {isRunning ? 'Logging in …' : 'Log in'}
          </button>
        </div>
      </form>
    </main>
  )
}

import { useEffect, useState } from 'preact/hooks'
import { Field } from '../ui/field.js'
import { Failure } from '../ui/states.js'
import { ThemeSwitch } from '../theme-switch.js'
import { CodeField } from './code-field.js'
import { loginOptions } from './login-options.js'
import { needsCode, type Problem } from './problem.js'
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
  const [code, setCode] = useState('')
  const [asksCode, setAsksCode] = useState(false)
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
    const refusal = await login({ username, password, code })
    if (refusal && needsCode(refusal)) setAsksCode(true)
    else setProblem(refusal)
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
        {asksCode && <CodeField value={code} onChange={setCode} />}
        {problem && <Failure problem={problem} />}
        <div class="buttons spread">
          <ThemeSwitch />
          <button type="submit" class="primary" disabled={isRunning}>
            {isRunning ? 'Logging in …' : 'Log in'}
          </button>
        </div>
        <Links />
      </form>
    </main>
  )
}

function Links() {
  const { signUp, resetPassword } = loginOptions.value
  if (signUp === undefined && resetPassword === undefined) return null
  return (
    <p class="links">
      {signUp !== undefined && <a href={signUp}>Create an account</a>}
      {resetPassword !== undefined && <a href={resetPassword}>Forgot your password?</a>}
    </p>
  )
}

import { type ComponentChildren } from 'preact'
import { PasswordPrompt } from './session/password-prompt.js'
import { isAdmin, restore, unconfirmed, visitor } from './session/session.js'
import { Login } from './session/login.js'
import { NotForYou } from './session/not-for-you.js'
import { Shell } from './shell.js'
import { Failure, Loading } from './ui/states.js'

/** The console: the login without a session, the pages for an administrator. */
export function App() {
  const current = visitor.value
  if (current.kind === 'unknown') return <Centred content={<Loading />} />
  if (current.kind === 'nobody') return <Login why={current.why} />
  if (current.kind === 'failed') {
    return <Centred content={<Failure problem={current.problem} retry={() => void restore()} />} />
  }
  const { profile } = current
  if (!isAdmin.value) return <NotForYou profile={profile} />
  return (
    <>
      <Shell profile={profile} />
      {unconfirmed.value && <PasswordPrompt profile={profile} />}
    </>
  )
}

function Centred({ content }: { content: ComponentChildren }) {
  return (
    <main class="centred">
      <h1 class="unseen">Jotgate console</h1>
      {content}
    </main>
  )
}

import { useEffect } from 'preact/hooks'
import { Notice } from '../ui/notice.js'
import { Leave } from './leave.js'
import { type Profile } from './problem.js'

/** Shown to a logged-in user who is not an administrator. */
export function NotForYou({ profile }: { profile: Profile }) {
  useEffect(() => {
    document.title = 'No administrator – Jotgate console'
  }, [])
  return (
    <main class="centred">
      <div class="card">
        <h1>You are not an administrator</h1>
        <Notice />
        <p>
          <strong>{profile.username}</strong> is logged in, but has none of the roles that the
          console is for, such as <code>admin</code> or <code>auditor</code>. Ask an administrator
          for one, or log in with another account.
        </p>
        <div class="buttons">
          <Leave />
        </div>
      </div>
    </main>
  )
}

import { useEffect } from 'preact/hooks'
import { Notice } from '../ui/notice.js'
import { Leave } from './leave.js'
import { type Profile } from './problem.js'
import { SecondFactorCard } from './second-factor.js'

/** Shown to a logged-in user who is not an administrator. */
export function NotForYou({ profile }: { profile: Profile }) {
  useEffect(() => {
    document.title = 'No administrator – Jotgate console'
  }, [])
  return (
    <main class="centred">
      <div class="card">
        {profile.secondFactor === 'missing' ? <FactorMissing /> : <NoRole profile={profile} />}
        <div class="buttons">
          <Leave />
        </div>
      </div>
      <SecondFactorCard />
    </main>
  )
}

function NoRole({ profile }: { profile: Profile }) {
  return (
    <>
      <h1>You are not an administrator</h1>
      <Notice />
      <p>
        <strong>{profile.username}</strong> is logged in, but has none of the roles that the console
        is for, such as <code>admin</code> or <code>auditor</code>. Ask an administrator for one, or
        log in with another account.
      </p>
    </>
  )
}

function FactorMissing() {
  return (
    <>
      <h1>You need a second factor</h1>
      <Notice />
      <p>This service lets administrators work only with a second factor. Set one up below.</p>
    </>
  )
}

import { SecondFactorCard } from '../session/second-factor.js'

/** The user's own account. */
export function AccountPage() {
  return (
    <>
      <div class="title">
        <h1>Account</h1>
      </div>
      <SecondFactorCard />
    </>
  )
}

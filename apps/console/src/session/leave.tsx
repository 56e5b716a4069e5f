import { useState } from 'preact/hooks'
import { announce } from '../ui/notice.js'
import { logout } from './session.js'

/** Logs out. If that fails the user is still logged in, and sees a message. */
export function Leave() {
  const [isRunning, setRunning] = useState(false)
  const leave = async () => {
    setRunning(true)
    const problem = await logout()
    if (!problem) return
    setRunning(false)
    announce(`You are still logged in. ${problem.text} ${problem.next}`)
  }
  return (
    <button type="button" disabled={isRunning} onClick={() => void leave()}>
      Log out
    </button>
  )
}

import { api } from '../session/session.js'
import { type Question } from '../ui/confirm.js'
import { announce } from '../ui/notice.js'

/** Asks before ending all sessions of a user, and ends them. */
export function endingAll(
  { id, username }: { readonly id: string; readonly username: string },
  done?: () => void,
): Question {
  return {
    title: `End all sessions of ${username}?`,
    text: (
      <p>{username} has to log in again everywhere. The tokens of all sessions stop working.</p>
    ),
    verb: 'End all',
    work: async () => {
      const { ended } = await api.endUserSessions({ id })
      announce(`${String(ended)} session${ended === 1 ? '' : 's'} of ${username} ended.`)
      done?.()
    },
  }
}

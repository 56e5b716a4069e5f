import { type User } from '../api/accounts/generated/types.js'
import { goTo } from '../route.js'
import { accountsApi } from '../session/session.js'
import { type Question } from '../ui/confirm.js'
import { announce } from '../ui/notice.js'

/** Asks before a user is disabled or enabled, and does it. */
export function switching(
  { id, username, disabled }: User,
  replace: (user: User) => void,
): Question {
  const text = disabled
    ? `${username} can log in again.`
    : `${username} can no longer log in, and all sessions end.`
  return {
    title: disabled ? `Enable ${username}?` : `Disable ${username}?`,
    text: <p>{text}</p>,
    verb: disabled ? 'Enable' : 'Disable',
    work: async () => {
      replace(await accountsApi.changeUser({ id, disabled: !disabled }))
      announce(`${username} has been ${disabled ? 'enabled' : 'disabled'}.`)
    },
  }
}

/** Asks before a user is deleted, whose name has to be typed, and does it. */
export function deleting({ id, username }: User): Question {
  return {
    title: `Delete ${username}?`,
    text: (
      <>
        <p>
          All sessions end, and everything that is kept of {username} goes: name, address, password,
          roles and attributes. This cannot be undone.
        </p>
        <p>To keep the account and only close it, disable it.</p>
      </>
    ),
    verb: 'Delete',
    word: username,
    work: async () => {
      await accountsApi.deleteUser({ id, confirm: username })
      goTo('users')
    },
  }
}

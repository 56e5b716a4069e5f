import { type User } from '../api/accounts/generated/types.js'
import { accountsApi } from '../session/session.js'
import { type Question } from '../ui/confirm.js'
import { announce } from '../ui/notice.js'

/** Asks before the second factor of a user is removed. */
export function removingFactor({ id, username }: Pick<User, 'id' | 'username'>): Question {
  return {
    title: `Remove the second factor of ${username}?`,
    text: (
      <p>
        From then on the password alone logs {username} in. Make sure that it is {username} who asks
        for it.
      </p>
    ),
    verb: 'Remove',
    work: async () => {
      await accountsApi.removeSecondFactor({ id })
      announce(`${username} has no second factor any more.`)
    },
  }
}
